package dev.whence.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class CompareCommandTest {
    @TempDir
    private Path folder;

    private String model;
    private String input;

    @BeforeEach
    void writeModel() {
        model = Networks.dense(folder).toString();
        input = Networks.denseInput(folder).toString();
    }

    @Test
    void methods_stand_side_by_side_with_their_correlation() {
        Ran ran = Ran.whence(
                "compare",
                model,
                "--input",
                input,
                "--methods",
                "deeplift-rescale,gradient,occlusion",
                "--target",
                "1");

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(ran.out())
                .contains("3 ways explain logits [1] of dense.onnx, 2 examples")
                .contains("A  deeplift-rescale", "B  gradient", "C  occlusion")
                .contains(
                        "Spearman's rank correlation, mean of all examples",
                        "lowest    mean highest",
                        "example 1",
                        "A-B",
                        "1.000");
    }

    @Test
    void references_stand_side_by_side_and_constants_keep_their_commas() {
        Ran ran = Ran.whence(
                "compare", model, "--input", input, "--references", "zeros,constant:0.5,-1,2,mean", "--json");

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        JsonNode all = JsonMapper.shared().readTree(ran.out());
        assertThat(all.get("labels").valueStream().map(JsonNode::asString))
                .containsExactly("zeros", "constant:0.5,-1,2", "mean");
        assertThat(all.get("attributions")).hasSize(3);
        assertThat(all.get("attributions")
                        .get(1)
                        .get("reference")
                        .get("description")
                        .asString())
                .isEqualTo("constant:0.5,-1,2");
        assertThat(all.get("correlations")).hasSize(3);
        assertThat(all.get("correlations").get(0).get("spearman")).hasSize(2);
        assertThat(all.get("correlations").get(0).has("lowest")).isTrue();
    }

    @Test
    void every_method_meets_every_reference_but_only_where_it_uses_one() {
        Ran ran = Ran.whence(
                "compare",
                model,
                "--input",
                input,
                "--methods",
                "gradient,integrated-gradients",
                "--references",
                "zeros,constant:1",
                "--steps",
                "20",
                "--json");

        assertThat(JsonMapper.shared()
                        .readTree(ran.out())
                        .get("labels")
                        .valueStream()
                        .map(JsonNode::asString))
                .containsExactly("gradient", "integrated-gradients, zeros", "integrated-gradients, constant:1");
    }

    @Test
    void files_of_three_kinds_are_written() throws IOException {
        List<Path> files = List.of(folder.resolve("c.html"), folder.resolve("c.json"), folder.resolve("c.csv"));

        Ran ran = Ran.whence(
                "compare",
                model,
                "--input",
                input,
                "--methods",
                "deeplift-rescale,deeplift-revealcancel",
                "-o",
                files.get(0).toString(),
                files.get(1).toString(),
                files.get(2).toString());

        assertThat(ran.exitCode()).as(ran.err()).isEqualTo(ExitCode.DONE);
        assertThat(Files.readString(files.get(0))).contains("deeplift-revealcancel", "Do they agree?");
        assertThat(JsonMapper.shared()
                        .readTree(Files.readString(files.get(1)))
                        .get("format")
                        .asString())
                .isEqualTo("whence-comparison");
        assertThat(Files.readAllLines(files.get(2))).hasSize(3).first().isEqualTo("example,name,first,second,spearman");
    }

    @Test
    void one_way_alone_cannot_be_compared() {
        Ran ran = Ran.whence("compare", model, "--input", input);
        Ran twice = Ran.whence("compare", model, "--input", input, "--methods", "gradient,gradient");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("There is nothing to compare");
        assertThat(twice.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(twice.err()).contains("named twice");
    }

    @Test
    void an_unknown_method_in_the_list_is_answered_with_the_nearest_one() {
        Ran ran = Ran.whence("compare", model, "--input", input, "--methods", "gradient,oclusion");

        assertThat(ran.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(ran.err()).contains("There is no method 'oclusion'; did you mean 'occlusion'?");
    }
}
