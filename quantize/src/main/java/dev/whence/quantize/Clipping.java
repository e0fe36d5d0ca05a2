package dev.whence.quantize;

/**
 * How much of the different ranges of channels goes from activations into weights; see {@link ChannelClip}.
 *
 * @param clip the quantile of the channels' ranges down to which wider channels are clipped; 1 for no clipping
 * @param power what the ratios of the channels are taken to; 1 for the plain reparameterisation, 0 for none
 * @param error mean squared error of the outputs of the layers that read the channels, added up over the layers
 * @param plainError the same for the plain reparameterisation
 */
public record Clipping(double clip, double power, double error, double plainError) {}
