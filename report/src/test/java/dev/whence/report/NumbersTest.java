package dev.whence.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0.0, 0",
        "0.5, 0.5",
        "1200, 1200",
        "1, 1",
        "-12.3456, −12.35",
        "123456, 123456",
        "0.00012345, 0.0001234",
        "3e-7, 3e−7",
        "-1.26e-9, −1.26e−9",
        "2.5e12, 2.5e12",
        "NaN, NaN",
        "-Infinity, −∞",
        "99999.6, 100000"
    })
    void numbers_are_short_and_have_a_true_minus(double value, String text) {
        assertThat(Numbers.plain(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"1, +1", "-1, −1", "0, 0", "4e-9, +4e−9"})
    void signed_numbers_show_both_signs(double value, String text) {
        assertThat(Numbers.signed(value)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1.005, 1", "0.126, 0.13", "-3.1, -3.1", "100000000000, 100000000000"})
    void coordinates_have_at_most_two_decimals_and_no_exponent(double value, String text) {
        assertThat(Numbers.coordinate(value)).isEqualTo(text);
    }
}
