package dev.whence.cli;

import dev.whence.graph.Profile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** The JSON objects, one a line, that {@code --json} puts on standard error. */
final class JsonLine {
    private JsonLine() {}

    static String notice(String sentence) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("event", "notice");
        event.put("message", sentence);
        return write(event);
    }

    static String progress(long done, long total, String label, double seconds) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("event", "progress");
        event.put("done", done);
        event.put("total", total);
        event.put("label", label);
        event.put("seconds", Math.round(seconds * 1000) / 1000.0);
        return write(event);
    }

    static String profile(Profile.Row row) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("event", "profile");
        event.put("operator", row.operator());
        event.put("direction", row.direction().name().toLowerCase(Locale.ROOT));
        event.put("calls", row.calls());
        event.put("milliseconds", row.nanoseconds() / 1e6);
        event.put("bytes", row.bytes());
        return write(event);
    }

    static String error(String code, String message, int exitCode, List<String> trace) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("event", "error");
        event.put("code", code);
        event.put("message", message);
        event.put("exitCode", exitCode);
        if (!trace.isEmpty()) {
            event.put("trace", trace);
        }
        return write(event);
    }

    /** JSON that another module wrote, to be taken into a larger answer. */
    static Object tree(String json) {
        return JsonMapper.shared().readTree(json);
    }

    /** Any plain value (maps, lists, records, texts, numbers) on one line. */
    static String write(Object value) {
        return JsonMapper.shared().writeValueAsString(value);
    }
}
