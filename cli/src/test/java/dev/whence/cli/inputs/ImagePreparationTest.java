package dev.whence.cli.inputs;

import static dev.whence.cli.inputs.Refusals.refused;
import static org.assertj.core.api.Assertions.assertThat;

import dev.whence.cli.inputs.ImagePreparation.Channels;
import dev.whence.cli.inputs.ImagePreparation.Crop;
import dev.whence.cli.inputs.ImagePreparation.Layout;
import dev.whence.cli.inputs.ImagePreparation.Resize;
import dev.whence.core.ErrorCode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImagePreparationTest {
    @Test
    void settingsAreReadOneByOne() {
        assertThat(ImagePreparation.parse(
                        "resize=256,crop=224x200,resample=bicubic,divide=1,mean=1/2/3,std=4,channels=bgr,layout=nhwc"))
                .isEqualTo(new ImagePreparation(
                        new Resize.ShorterSide(256),
                        new Crop(224, 200),
                        Resampling.BICUBIC,
                        1,
                        List.of(1.0, 2.0, 3.0),
                        List.of(4.0),
                        Channels.BGR,
                        Layout.NHWC));
        assertThat(ImagePreparation.parse("resize=30x40").resize()).isEqualTo(new Resize.Exact(30, 40));
        assertThat(ImagePreparation.parse("resize=none").resize()).isEqualTo(new Resize.Keep());
        assertThat(ImagePreparation.parse("resize=model").resize()).isEqualTo(new Resize.ToModel());
    }

    @Test
    void aPresetIsChangedByWhatFollows() {
        ImagePreparation imagenet = ImagePreparation.parse("imagenet");
        assertThat(imagenet.mean()).containsExactly(.485, .456, .406);
        assertThat(imagenet.crop()).isEqualTo(new Crop(224, 224));
        assertThat(ImagePreparation.parse("imagenet,crop=64").mean()).isEqualTo(imagenet.mean());
        assertThat(ImagePreparation.parse("imagenet,crop=64").crop()).isEqualTo(new Crop(64, 64));
    }

    @Test
    void everyPresetReads() {
        assertThat(ImagePreparation.presetNames())
                .contains("imagenet", "raw", "unit")
                .allSatisfy(name -> assertThat(ImagePreparation.parse(name)).isNotNull());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "imagnet | 'preset' is 'imagnet'; possible: unit, raw, symmetric, imagenet, caffe, clip",
                "resize=big | 'resize' is 'big'; possible: a shorter side such as 256, a size HEIGHTxWIDTH, model or none",
                "resize=0 | 'resize' is '0'; possible: a shorter side such as 256, a size HEIGHTxWIDTH, model or none",
                "crop=1x2x3 | 'crop' is '1x2x3'; possible: a side such as 224, a size HEIGHTxWIDTH, or none",
                "resample=lanczos | 'resample' is 'lanczos'; possible: nearest, bilinear, bicubic",
                "divide=0 | 'divide' is '0.0'; possible: a number greater than 0",
                "divide=x | 'divide' is 'x'; possible: a number",
                "mean=NaN | 'mean' is 'nan'; possible: a number",
                "std=1/0/1 | 'std' is '[1.0, 0.0, 1.0]'; possible: numbers other than 0",
                "channels=cmyk | 'channels' is 'cmyk'; possible: auto, rgb, bgr, gray",
                "layout=chw | 'layout' is 'chw'; possible: auto, nchw, nhwc",
                "size=3 | 'size' is unknown; there are preset, resize, crop, resample, divide, mean, std, channels, layout"
            })
    void wrongSettingsAreRefusedWithWhatIsPossible(String text, String message) {
        refused(() -> ImagePreparation.parse(text), ErrorCode.USAGE, "Image setting " + message + ".");
    }
}
