package dev.whence.tensor;

import dev.whence.core.NdArray;
import dev.whence.tensor.training.ConvolutionLayer;
import dev.whence.tensor.training.Layer;
import dev.whence.tensor.training.Layers;
import dev.whence.tensor.training.Linear;
import dev.whence.tensor.training.Losses;
import dev.whence.tensor.training.Parameters;
import dev.whence.tensor.training.Pass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A program that runs a small network forward and backward again and again and prints how much memory the process holds,
 * in kilobytes: after the warm-up, and at the end. Run it with a heap of fixed size, so that only native memory can grow.
 */
final class ForwardChains {
    private static final int GRADIENT_EVERY = 4;

    private ForwardChains() {}

    public static void main(String[] arguments) throws IOException {
        int warmUp = Integer.parseInt(arguments[0]);
        int chains = Integer.parseInt(arguments[1]);
        Engine.setThreads(1);
        try (Parameters parameters = Parameters.seeded(1, NdArray.Type.FLOAT32)) {
            Layer network = network(parameters);
            run(parameters, network, warmUp);
            long before = residentKilobytes();
            run(parameters, network, chains);
            System.out.println(before + " " + residentKilobytes() + " " + TensorScope.liveTensors());
        }
    }

    private static Layer network(Parameters parameters) {
        Pooling half = new Pooling(new long[] {2, 2}, new long[] {2, 2}, new long[2], new long[] {1, 1}, true);
        return Layers.sequence(
                ConvolutionLayer.create(parameters, "conv", ConvolutionLayer.plain(2), 1, 4, 3, 3),
                Layers.RELU,
                Layers.maxPool(half),
                Layers.FLATTEN,
                Linear.create(parameters, "fc", 36, 3));
    }

    private static void run(Parameters parameters, Layer network, int chains) {
        NdArray input = NdArray.of(new float[2 * 64], 2, 1, 8, 8);
        NdArray labels = NdArray.of(new long[] {0, 2}, 2);
        for (int i = 0; i < chains; i++) {
            try (TensorScope _ = TensorScope.open()) {
                Tensor logits = network.apply(Tensor.of(input), Pass.USE);
                if (i % GRADIENT_EVERY == 0) {
                    Gradients.of(Losses.crossEntropy(logits, Tensor.of(labels)), parameters.tensors());
                }
                useOtherFamilies(Gradients.detach(logits));
            }
        }
    }

    /** Every kind of call that makes native helpers: scalars, options, lists, tuples, draws. */
    private static void useOtherFamilies(Tensor logits) {
        Sorting.topK(logits, 2, 1, true);
        Sorting.distinct(logits, 0);
        Tensor first = logits.slice(1, 0, 2, 1).clamp(-1, 1).plus(1).pad(0, 1, 1);
        Tensor index = Tensor.of(NdArray.of(new long[] {0, 1}, 2));
        Indexing.put(Indexing.at(first, null, index), first.narrow(1, 0, 2), false, index);
        Indexing.maskedFill(first, first.greaterThan(0), 2).layerNorm(1, null, null, 1e-5);
        Tensor.concat(0, first, first).softmax(1).sum(true, 1).argMax(0, false).toNdArray();
        Algebra.einsum("ij,kj->ik", first, first).product(false).to(NdArray.Type.FLOAT64);
        Pooling pairs = new Pooling(new long[] {2}, new long[] {1}, new long[1], new long[] {1}, false);
        Tensor rows = first.unsqueeze(0);
        Pooling.Maxima maxima = pairs.max(rows);
        pairs.maxPullback(maxima.values(), rows, maxima.indices());
        pairs.averagePullback(pairs.average(rows, true), rows, true);
        Convolution convolution = ConvolutionLayer.plain(1);
        Tensor weight = Tensor.full(1, NdArray.Type.FLOAT32, 3, 2, 2);
        Tensor convolved = convolution.apply(rows, weight, null);
        convolution.pullback(convolved, rows, weight);
        convolution.weightPullback(convolved, rows, weight);
        try (Draws draws = Draws.seeded(1)) {
            draws.permutation(4);
            draws.uniform(0, 1, NdArray.Type.FLOAT32, 3);
        }
    }

    private static long residentKilobytes() throws IOException {
        System.gc();
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
