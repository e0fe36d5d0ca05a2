// Read-out of single scores: the numbers come from the table behind each picture.
(function () {
  'use strict';
  function figureOf(plate) { return plate.closest('figure'); }
  function show(plate, row, column) {
    var rows = Number(plate.dataset.rows), columns = Number(plate.dataset.columns);
    var first = Number(plate.dataset.first || 0);
    row = Math.max(0, Math.min(rows - 1, row));
    column = Math.max(0, Math.min(columns - 1, column));
    plate.dataset.row = row;
    plate.dataset.column = column;
    var figure = figureOf(plate), cells = figure.querySelectorAll('td.v');
    var cell = cells[row * columns + column + first];
    if (!cell) { return; }
    var line = cell.parentNode.firstElementChild.textContent;
    var table = cell.closest('table');
    var name = table.className === 'grid'
      ? 'row ' + line + ', column ' + table.tHead.rows[0].cells[cell.cellIndex].textContent : line;
    var readout = figure.querySelector('.readout');
    readout.textContent = name + ': ' + cell.textContent;
    readout.classList.add('live');
    var peers = table.className === 'grid' ? figure.querySelectorAll('.plate[data-rows]') : [plate];
    figure.querySelectorAll('.cursor').forEach(function (old) { old.hidden = true; });
    peers.forEach(function (peer) { place(peer, row, column, rows, columns); });
  }
  function place(plate, row, column, rows, columns) {
    var cursor = plate.querySelector('.cursor');
    if (!cursor) {
      cursor = document.createElement('i');
      cursor.className = 'cursor';
      plate.appendChild(cursor);
    }
    var left = Number(plate.dataset.left || 0), span = Number(plate.dataset.span || 100);
    cursor.hidden = false;
    cursor.style.left = left + span * column / columns + '%';
    cursor.style.width = span / columns + '%';
    cursor.style.top = 100 * row / rows + '%';
    cursor.style.height = 100 / rows + '%';
  }
  document.querySelectorAll('.readout').forEach(function (line) {
    line.textContent = 'Point at the picture, or use the arrow keys on it, to read single scores.';
  });
  document.querySelectorAll('.plate[data-rows]').forEach(function (plate) {
    plate.addEventListener('pointermove', function (event) {
      var box = plate.getBoundingClientRect();
      var left = Number(plate.dataset.left || 0), span = Number(plate.dataset.span || 100);
      var x = (100 * (event.clientX - box.left) / box.width - left) / span;
      var y = (event.clientY - box.top) / box.height;
      show(plate, Math.floor(y * plate.dataset.rows), Math.floor(x * plate.dataset.columns));
    });
    plate.addEventListener('keydown', function (event) {
      var step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
      if (!step) { return; }
      event.preventDefault();
      var started = plate.dataset.row !== undefined;
      show(plate, started ? Number(plate.dataset.row) + step[0] : 0,
        started ? Number(plate.dataset.column) + step[1] : 0);
    });
  });
})();
