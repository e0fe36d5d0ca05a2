package dev.whence.cli.inputs;

import static dev.whence.cli.inputs.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.core.ErrorCode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceSpecTest {
    @Test
    void everyFormIsRead() {
        assertThat(ReferenceSpec.parse("zeros")).isEqualTo(new ReferenceSpec.Zeros());
        assertThat(ReferenceSpec.parse("mean")).isEqualTo(new ReferenceSpec.Mean());
        assertThat(ReferenceSpec.parse("blur")).isEqualTo(new ReferenceSpec.Blur(10));
        assertThat(ReferenceSpec.parse("blur:2.5")).isEqualTo(new ReferenceSpec.Blur(2.5));
        assertThat(ReferenceSpec.parse("constant:0.5")).isEqualTo(new ReferenceSpec.Constant(List.of(.5)));
        assertThat(ReferenceSpec.parse("constant:.3,.2,.2,.3"))
                .isEqualTo(new ReferenceSpec.Constant(List.of(.3, .2, .2, .3)));
        assertThat(ReferenceSpec.parse("shuffled:7")).isEqualTo(new ReferenceSpec.Shuffled(7, false));
        assertThat(ReferenceSpec.parse("shuffled")).isEqualTo(new ReferenceSpec.Shuffled(20, false));
        assertThat(ReferenceSpec.parse("dinucleotide-shuffled:20")).isEqualTo(new ReferenceSpec.Shuffled(20, true));
        assertThat(ReferenceSpec.parse("mean.npy")).isEqualTo(new ReferenceSpec.File(null, Path.of("mean.npy")));
        assertThat(ReferenceSpec.parse("./zeros")).isEqualTo(new ReferenceSpec.File(null, Path.of("./zeros")));
        assertThat(ReferenceSpec.parse("image=black.png"))
                .isEqualTo(new ReferenceSpec.File("image", Path.of("black.png")));
        assertThat(ReferenceSpec.parse("image=blur:3"))
                .isEqualTo(new ReferenceSpec.ForInput("image", new ReferenceSpec.Blur(3)));
    }

    @Test
    void theInputIsKnownWhereItIsSaid() {
        assertThat(ReferenceSpec.parse("image=black.png").input()).contains("image");
        assertThat(ReferenceSpec.parse("image=mean").input()).contains("image");
        assertThat(ReferenceSpec.parse("mean").input()).isEmpty();
        assertThat(ReferenceSpec.parse("black.png").input()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zeros",
                "mean",
                "blur:3",
                "blur:2.5",
                "constant:1",
                "constant:0.3,0.2,-1",
                "shuffled:20",
                "dinucleotide-shuffled:4",
                "a=zeros",
                "a=b.npy"
            })
    void theTextReadsBack(String text) {
        assertThat(ReferenceSpec.parse(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "zeros:3 | nothing may follow",
                "mean:2 | nothing may follow",
                "blur:0 | the width of the blur must be greater than 0",
                "blur:wide | 'wide' is not a number",
                "constant | a value is wanted, such as constant:0.5",
                "constant:1,x | 'x' is not a number",
                "constant:NaN | 'NaN' is not finite",
                "shuffled:0 | '0' is not a number of references, from 1 to 999999",
                "dinucleotide-shuffled:many | 'many' is not a number of references, from 1 to 999999",
                "shufled:20 | 'shufled' is unknown",
                "token | a token is wanted, such as token:[MASK]",
                "pad:2 | nothing may follow",
                "a=blur:-1 | the width of the blur must be greater than 0"
            })
    void wrongValuesAreRefusedWithWhatIsPossible(String text, String reason) {
        String shown = text.startsWith("a=") ? text.substring(2) : text;
        refused(
                () -> ReferenceSpec.parse(text),
                ErrorCode.USAGE,
                "Reference '" + shown + "': " + reason
                        + "; possible: zeros, mean, blur[:SIGMA], constant:V, constant:V,V,... (one a channel),"
                        + " shuffled[:K], dinucleotide-shuffled[:K], pad, token:TEXT or [NAME=]FILE.");
    }

    @Test
    void anEmptyReferenceIsRefused() {
        refused(
                () -> ReferenceSpec.parse(" "),
                ErrorCode.USAGE,
                "The reference is empty; possible: " + ReferenceSpec.FORMS + ".");
        refused(() -> ReferenceSpec.parse("a="), ErrorCode.USAGE, "'a=' names no file; give FILE or NAME=FILE.");
    }
}
