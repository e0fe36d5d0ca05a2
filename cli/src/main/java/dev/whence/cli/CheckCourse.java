package dev.whence.cli;

import dev.whence.cli.inputs.ReferenceSpec;
import dev.whence.explain.AttributionMethod;
import dev.whence.explain.Request;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the checks of {@code whence audit} that suit every method have in common: from options to files. */
final class CheckCourse {
    private CheckCourse() {}

    /** One check. */
    @FunctionalInterface
    interface Check {
        CheckAnswer of(Session session, Request request);
    }

    static int run(AuditCommand command, Check check) {
        MethodChoice.find(command.method);
        TargetText.parse(command.target.target);
        Work.batch(command.target.batch);
        List<ReferenceSpec> references = Work.references(command.references);
        ResultFiles files = ResultFiles.of(
                command.results,
                EnumSet.of(ResultFiles.Kind.JSON, ResultFiles.Kind.CSV, ResultFiles.Kind.HTML),
                Work.filesRead(command.model, command.files, references));
        Set<String> warnings = new LinkedHashSet<>();
        try (ConsoleProgress progress = command.common.progress(command.console, command.cancellation);
                Session session = Session.open(command.model, command.files, progress)) {
            AttributionMethod method = Work.method(session, command.method, command.settings, command.rules);
            CheckAnswer answer =
                    check.of(session, Work.request(session, command.target, method, references, progress, warnings));
            warnings.addAll(answer.warnings());
            warnings.addAll(session.notices());
            progress.close();
            command.cancellation.check();
            files.write(() -> json(answer, warnings), answer::csv, () -> answer.page(warnings));
            warnings.forEach(sentence -> command.common.notice(command.console, "note: " + sentence));
            if (command.common.json) {
                command.console.out().println(json(answer, warnings));
            } else {
                answer.print(command.console.out(), new Ink(command.console));
                if (!files.isEmpty()) {
                    command.console.out().println("written: " + files.text());
                }
            }
            return answer.exitCode();
        }
    }

    private static String json(CheckAnswer answer, Set<String> warnings) {
        Map<String, Object> all = new LinkedHashMap<>(answer.json());
        all.put("warnings", warnings);
        return JsonLine.write(all);
    }
}
