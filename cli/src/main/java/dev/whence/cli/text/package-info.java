/**
 * From a text to the token ids that a network takes, and back from ids to words.
 *
 * <p>{@link dev.whence.cli.text.Tokenizer} is the door to the tokenizer library; nothing else sees it. It is made from a
 * {@code tokenizer.json} and needs no network: the library's native part lies in its jar and is unpacked beside the
 * engine's. {@link dev.whence.cli.text.TextInputs} fills a model's inputs (ids, mask, kinds, positions) by their names.
 *
 * <p>Tokenizer files come from strangers: their size is checked before they are read, and whatever is wrong with one is
 * a {@link dev.whence.core.WhenceException} with one sentence.
 */
@NullMarked
package dev.whence.cli.text;

import org.jspecify.annotations.NullMarked;
