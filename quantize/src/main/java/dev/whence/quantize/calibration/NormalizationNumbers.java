package dev.whence.quantize.calibration;

/**
 * The constants of a layer normalisation.
 *
 * @param gamma what scales, one a channel
 * @param beta what shifts, one a channel; there even where the network's own normalisation has none
 */
public record NormalizationNumbers(float[] gamma, float[] beta) {}
