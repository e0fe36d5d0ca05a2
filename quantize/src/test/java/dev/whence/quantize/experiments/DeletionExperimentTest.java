package dev.whence.quantize.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.whence.core.NdArray;
import dev.whence.explain.Explainer;
import dev.whence.explain.Lrp;
import dev.whence.explain.Request;
import dev.whence.explain.TargetChoice;
import dev.whence.graph.Precision;
import dev.whence.quantize.calibration.Calibration;
import dev.whence.quantize.calibration.CalibrationSettings;
import dev.whence.quantize.model.LayerKind;
import dev.whence.quantize.model.QuantizableModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What relevance calls important is: without these parts of a picture the answer falls further than without others. */
@Tag("slow")
@Tag("golden")
class DeletionExperimentTest {
    private static final int IMAGES = 100;
    private static final int SIDE = 28;
    private static final int PATCH = 7;
    private static final int PATCHES_A_ROW = SIDE / PATCH;
    private static final int PATCHES = PATCHES_A_ROW * PATCHES_A_ROW;
    private static final int DELETED = 4;
    private static final float BACKGROUND = -1;

    /** Of the hundred pictures. */
    private static final int LEAST_PICTURES = 90;

    @Test
    void pictures_without_their_relevant_patches_lose_more_than_without_random_ones() {
        List<Subject> subjects = Subject.all().stream()
                .filter(one -> input(one).dimension(2) == SIDE)
                .toList();
        assumeTrue(!subjects.isEmpty(), "no golden networks for pictures of this size");
        Table table = new Table("network", "relevant patches", "random patches", "larger in");
        List<String> missed = new ArrayList<>();
        for (Subject subject : subjects) {
            double[][] falls = falls(subject);
            int larger = (int) IntStream.range(0, IMAGES)
                    .filter(i -> falls[0][i] > falls[1][i])
                    .count();
            table.cells(subject.name(), mean(falls[0]), mean(falls[1]), larger + " of " + IMAGES);
            if (larger < LEAST_PICTURES) {
                missed.add(subject.name() + ": " + larger);
            }
        }
        table.print("Fall of the target's logit without " + DELETED + " of " + PATCHES + " patches");
        assertThat(missed).isEmpty();
    }

    private static String mean(double... values) {
        return Table.text(java.util.Arrays.stream(values).average().orElseThrow());
    }

    private static NdArray input(Subject subject) {
        return subject.images().values().iterator().next();
    }

    /** By how much the largest logit of each picture falls without its most relevant patches, and without random ones. */
    private static double[][] falls(Subject subject) {
        Map<String, NdArray> images = Subject.first(subject.images(), IMAGES);
        double[][] relevance = relevance(subject, images);
        Random random = new Random(1);
        List<List<Integer>> relevant = new ArrayList<>();
        List<List<Integer>> others = new ArrayList<>();
        for (double[] patches : relevance) {
            List<Integer> all =
                    new ArrayList<>(IntStream.range(0, PATCHES).boxed().toList());
            Collections.shuffle(all, random);
            others.add(List.copyOf(all.subList(0, DELETED)));
            all.sort(Comparator.comparingDouble((Integer patch) -> -patches[patch]));
            relevant.add(List.copyOf(all.subList(0, DELETED)));
        }
        try (Calibration network = Calibration.of(subject.model(), CalibrationSettings.USUAL)) {
            NdArray whole = logits(network, images);
            NdArray without = logits(network, without(images, relevant));
            NdArray withoutOthers = logits(network, without(images, others));
            double[][] falls = new double[2][IMAGES];
            int classes = (int) whole.dimension(1);
            for (int i = 0; i < IMAGES; i++) {
                int target = i * classes;
                for (int c = 0; c < classes; c++) {
                    target = whole.getDouble(i * classes + c) > whole.getDouble(target) ? i * classes + c : target;
                }
                falls[0][i] = whole.getDouble(target) - without.getDouble(target);
                falls[1][i] = whole.getDouble(target) - withoutOthers.getDouble(target);
            }
            return falls;
        }
    }

    private static NdArray logits(Calibration network, Map<String, NdArray> images) {
        return network.runFloat(images).values().iterator().next();
    }

    /** The relevance of each patch of each picture: that of its token. */
    private static double[][] relevance(Subject subject, Map<String, NdArray> images) {
        QuantizableModel model = subject.model();
        String tokens = model.normalizations().getFirst().data();
        assertThat(model.layers().getFirst().kind()).isEqualTo(LayerKind.PATCH_EMBED);
        try (Explainer explainer = Explainer.of(subject.graph(), Precision.FLOAT32)) {
            Request request = Request.of(images, Lrp.ATTENTION)
                    .target(new TargetChoice.ArgMax())
                    .at(tokens);
            NdArray scores = explainer
                    .explain(request)
                    .getFirst()
                    .attribution()
                    .units()
                    .getFirst()
                    .scores();
            int length = (int) scores.dimension(1);
            int channels = (int) scores.dimension(2);
            double[][] out = new double[IMAGES][PATCHES];
            for (int i = 0; i < IMAGES; i++) {
                for (int patch = 0; patch < PATCHES; patch++) {
                    int token = length - PATCHES + patch;
                    for (int c = 0; c < channels; c++) {
                        out[i][patch] += scores.getDouble((i * length + token) * channels + c);
                    }
                }
            }
            return out;
        }
    }

    private static Map<String, NdArray> without(Map<String, NdArray> images, List<List<Integer>> patches) {
        Map<String, NdArray> out = new LinkedHashMap<>();
        images.forEach((name, array) -> {
            float[] pixels = array.toFloats().clone();
            int each = pixels.length / IMAGES;
            for (int i = 0; i < pixels.length; i++) {
                int row = i % (SIDE * SIDE) / SIDE;
                int column = i % SIDE;
                int patch = row / PATCH * PATCHES_A_ROW + column / PATCH;
                pixels[i] = patches.get(i / each).contains(patch) ? BACKGROUND : pixels[i];
            }
            out.put(name, NdArray.of(pixels, array.shape()));
        });
        return out;
    }
}
