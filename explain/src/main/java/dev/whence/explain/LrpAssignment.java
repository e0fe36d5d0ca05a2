package dev.whence.explain;

/**
 * One line of an {@link LrpComposite}: a rule and the layers it is for.
 *
 * @param place which layers
 * @param rule what they get
 */
public record LrpAssignment(LrpPlace place, LrpRule rule) {}
