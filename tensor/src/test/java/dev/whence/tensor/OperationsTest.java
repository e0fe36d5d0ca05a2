package dev.whence.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.whence.core.NdArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OperationsTest {
    private TensorScope scope;

    @BeforeEach
    void open() {
        scope = TensorScope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Tensor doubles(long[] shape, double... values) {
        return Tensor.of(NdArray.of(values, shape));
    }

    private static Tensor row(double... values) {
        return doubles(new long[] {values.length}, values);
    }

    private static Tensor longs(long... values) {
        return Tensor.of(NdArray.of(values, values.length));
    }

    private static Pooling pooling(int axes, long kernel, long stride, long padding, long dilation, boolean ceiling) {
        return new Pooling(fill(axes, kernel), fill(axes, stride), fill(axes, padding), fill(axes, dilation), ceiling);
    }

    private static long[] fill(int n, long value) {
        long[] out = new long[n];
        java.util.Arrays.fill(out, value);
        return out;
    }

    private static long[] image(int axes, long side) {
        long[] shape = fill(axes + 2, side);
        shape[0] = 2;
        shape[1] = 3;
        return shape;
    }

    @Test
    void maximumPoolingNamesTheWinners() {
        Tensor x = doubles(new long[] {1, 1, 5}, 1, 5, 2, 0, 9);
        Pooling.Maxima two = pooling(1, 2, 2, 0, 1, true).max(x);
        assertThat(two.values().shape()).containsExactly(1, 1, 3);
        assertThat(two.values().toDoubles()).containsExactly(5, 2, 9);
        assertThat(two.indices().toLongs()).containsExactly(1, 2, 4);
        Tensor gx = pooling(1, 2, 2, 0, 1, true).maxPullback(two.values(), x, two.indices());
        assertThat(gx.toDoubles()).containsExactly(0, 5, 2, 0, 9);
        assertThat(pooling(1, 2, 1, 1, 2, false).max(x).values().toDoubles()).containsExactly(5, 2, 5, 9, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void poolingPullbacksAreAdjoints(int axes) {
        try (Draws draws = Draws.seeded(4)) {
            Tensor x = draws.normal(NdArray.Type.FLOAT64, image(axes, 6));
            Tensor other = draws.normal(NdArray.Type.FLOAT64, image(axes, 6));
            Pooling p = pooling(axes, 3, 2, 1, 1, true);
            Tensor y = p.average(other, true);
            Tensor gy = draws.normal(NdArray.Type.FLOAT64, y.shape());
            assertThat(p.averagePullback(gy, x, true).times(other).sum(false).item())
                    .isCloseTo(gy.times(y).sum(false).item(), within(1e-9));
            Pooling.Maxima maxima = p.max(x);
            Tensor gx = p.maxPullback(gy, x, maxima.indices());
            assertThat(gx.times(x).sum(false).item())
                    .isCloseTo(gy.times(maxima.values()).sum(false).item(), within(1e-9));
        }
    }

    @Test
    void averagesCountPaddingOnlyWhenAsked() {
        Tensor x = doubles(new long[] {1, 1, 2}, 2, 4);
        Pooling p = pooling(1, 2, 2, 1, 1, false);
        assertThat(p.average(x, true).toDoubles()).containsExactly(1, 2);
        assertThat(p.average(x, false).toDoubles()).containsExactly(2, 4);
    }

    @Test
    void sortingIsStableAndTopKFollowsIt() {
        Tensor x = row(2, 1, 2, 3);
        Sorting.Sorted down = Sorting.sort(x, 0, true);
        assertThat(down.values().toDoubles()).containsExactly(3, 2, 2, 1);
        assertThat(down.indices().toLongs()).containsExactly(3, 0, 2, 1);
        assertThat(Sorting.argSort(x, -1, false).toLongs()).containsExactly(1, 0, 2, 3);
        assertThat(Sorting.topK(x, 2, 0, false).indices().toLongs()).containsExactly(1, 0);
        Sorting.Distinct distinct = Sorting.distinct(x, 0);
        assertThat(distinct.values().toDoubles()).containsExactly(1, 2, 3);
        assertThat(distinct.inverse().toLongs()).containsExactly(1, 0, 1, 2);
        assertThat(distinct.counts().toLongs()).containsExactly(1, 2, 1);
    }

    @Test
    void indexTensorsReadAndWrite() {
        Tensor x = doubles(new long[] {2, 2}, 1, 2, 3, 4);
        assertThat(Indexing.at(x, longs(0, 1), longs(1, 1)).toDoubles()).containsExactly(2, 4);
        assertThat(Indexing.at(x, null, longs(1)).toDoubles()).containsExactly(2, 4);
        assertThat(Indexing.put(x, row(5, 6), true, longs(0, 0)).toDoubles()).containsExactly(11, 14, 3, 4);
        assertThat(Indexing.put(x, row(9), false, longs(1), longs(0)).toDoubles())
                .containsExactly(1, 2, 9, 4);
        assertThat(Indexing.scatterReduce(row(1, 2), 0, longs(0, 0, 1), row(5, 3, 1), Indexing.Reduction.MAX)
                        .toDoubles())
                .containsExactly(5, 2);
        assertThat(Indexing.nonzero(row(0, 3, 0, 1)).toLongs()).containsExactly(1, 3);
        assertThat(Indexing.oneHot(longs(1, 0), 3).toLongs()).containsExactly(0, 1, 0, 1, 0, 0);
        assertThat(Indexing.maskedFill(x, x.greaterThan(2), -1).toDoubles()).containsExactly(1, 2, -1, -1);
    }

    @Test
    void columnsAndImagesAreAdjoint() {
        try (Draws draws = Draws.seeded(1)) {
            Windows windows = new Windows(fill(2, 2), fill(2, 1), fill(2, 1), fill(2, 2));
            Tensor x = draws.normal(NdArray.Type.FLOAT64, 2, 3, 4, 5);
            Tensor columns = windows.columns(x);
            Tensor gy = draws.normal(NdArray.Type.FLOAT64, columns.shape());
            assertThat(windows.images(gy, 4, 5).times(x).sum(false).item())
                    .isCloseTo(columns.times(gy).sum(false).item(), within(1e-9));
        }
    }

    @Test
    void aGridReadsBetweenPoints() {
        Tensor x = doubles(new long[] {1, 1, 1, 3}, 1, 2, 4);
        Tensor grid = doubles(new long[] {1, 1, 2, 2}, -1, 0, 0.5, 0);
        assertThat(new Sampling(Sampling.Interpolation.LINEAR, Sampling.Outside.ZEROS, true)
                        .apply(x, grid)
                        .toDoubles())
                .containsExactly(1, 3);
    }

    @Test
    void matricesAreInverted() {
        Tensor x = doubles(new long[] {2, 2}, 2, 1, 0, 4);
        assertThat(Algebra.determinant(x).item()).isCloseTo(8, within(1e-12));
        assertThat(Algebra.einsum("ij,jk->ik", x, Algebra.inverse(x)).toDoubles())
                .containsExactly(new double[] {1, 0, 0, 1}, within(1e-12));
        assertThat(Algebra.upperTriangle(x, 1).toDoubles()).containsExactly(0, 1, 0, 0);
        assertThat(Algebra.lowerTriangle(x, 0).toDoubles()).containsExactly(2, 0, 0, 4);
        assertThat(Algebra.identity(NdArray.Type.INT32, 2, 3).toLongs()).containsExactly(1, 0, 0, 0, 1, 0);
        assertThat(Algebra.range(1, 8, 3, NdArray.Type.INT64).toLongs()).containsExactly(1, 4, 7);
        assertThat(Algebra.range(0, 1, 0.25, NdArray.Type.FLOAT32).toDoubles()).containsExactly(0, 0.25, 0.5, 0.75);
    }

    @Test
    void symmetricMatricesHaveATriangularRoot() {
        Tensor x = doubles(new long[] {2, 2}, 4, 2, 2, 5);
        Tensor lower = Algebra.cholesky(x);
        assertThat(lower.toDoubles()).containsExactly(new double[] {2, 0, 1, 2}, within(1e-12));
        assertThat(Algebra.choleskySolve(lower, doubles(new long[] {2, 1}, 8, 12))
                        .toDoubles())
                .containsExactly(new double[] {1, 2}, within(1e-12));
    }

    @Test
    void reductionsAndScans() {
        Tensor x = doubles(new long[] {2, 2}, 1, 2, 3, 4);
        assertThat(x.product(false).item()).isEqualTo(24);
        assertThat(x.product(true, -1).toDoubles()).containsExactly(2, 12);
        assertThat(x.cumulativeSum(1).toDoubles()).containsExactly(1, 3, 3, 7);
        assertThat(x.cumulativeProduct(0).toDoubles()).containsExactly(1, 2, 3, 8);
        assertThat(x.plus(1000).logSumExp(false, 1).minus(x.logSumExp(false, 1)).toDoubles())
                .containsExactly(new double[] {1000, 1000}, within(1e-9));
        assertThat(x.logSoftmax(1).exp().toDoubles())
                .containsExactly(x.softmax(1).toDoubles(), within(1e-12));
        assertThat(x.layerNorm(1, null, null, 0).toDoubles())
                .containsExactly(new double[] {-1, 1, -1, 1}, within(1e-9));
        assertThat(row(800, 0).softplus().toDoubles()).containsExactly(new double[] {800, Math.log(2)}, within(1e-12));
        assertThat(row(1).gelu(false).item()).isCloseTo(0.8413447460685429, within(1e-12));
        assertThat(row(1).gelu(true).item()).isCloseTo(0.8411919906082768, within(1e-12));
    }

    @Test
    void windowsAndBorders() {
        Tensor x = row(1, 2, 3, 4);
        assertThat(x.unfold(0, 2, 2).toDoubles()).containsExactly(1, 2, 3, 4);
        assertThat(x.unfold(0, 2, 2).shape()).containsExactly(2, 2);
        assertThat(x.pad(7, 1, 2).toDoubles()).containsExactly(7, 1, 2, 3, 4, 7, 7);
        assertThat(x.pad(0, -1, 0).toDoubles()).containsExactly(2, 3, 4);
    }

    @Test
    void inPlaceOperationsChangeTheTensorItself() {
        Tensor x = row(1, 2);
        assertThat(x.addInPlace(row(1, 1)).mulInPlace(row(2, 3)).mulInPlace(2).addInPlace(row(1, 0), -1))
                .isSameAs(x);
        assertThat(x.toDoubles()).containsExactly(7, 18);
        assertThat(x.copyInPlace(row(0, 5)).toDoubles()).containsExactly(0, 5);
    }

    @Test
    void theSameSeedDrawsTheSameNumbers() {
        try (Draws a = Draws.seeded(11);
                Draws b = Draws.seeded(11);
                Draws c = Draws.seeded(12)) {
            double[] first = a.normal(NdArray.Type.FLOAT32, 40).toDoubles();
            assertThat(b.normal(NdArray.Type.FLOAT32, 40).toDoubles()).isEqualTo(first);
            assertThat(c.normal(NdArray.Type.FLOAT32, 40).toDoubles()).isNotEqualTo(first);
            assertThat(a.permutation(5).toLongs()).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
            for (double u : a.uniform(2, 3, NdArray.Type.FLOAT64, 100).toDoubles()) {
                assertThat(u).isBetween(2.0, 3.0);
            }
            assertThat(a.bernoulli(0.25, NdArray.Type.FLOAT32, 10_000)
                            .mean(false, 0)
                            .item())
                    .isCloseTo(0.25, within(0.03));
        }
    }
}
