package dev.whence.graph.operators;

import dev.whence.core.ErrorCode;
import dev.whence.core.WhenceException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An equation of Einstein's sum with one letter an axis: ellipses are written out and the output is always given.
 *
 * @param operands the letters of each operand
 * @param output the letters of the result
 * @param sizes the length of each letter's axes, the larger one where an axis of length 1 is stretched
 */
record EinsumEquation(List<String> operands, String output, Map<Character, Long> sizes) {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final String DOTS = "...";

    /** Reads an equation such as {@code "...ij,jk->...ik"} for operands of the given shapes. */
    static EinsumEquation of(String text, List<long[]> shapes) {
        String plain = text.replace(" ", "");
        int arrow = plain.indexOf("->");
        String[] left = (arrow < 0 ? plain : plain.substring(0, arrow)).split(",", -1);
        if (left.length != shapes.size()) {
            throw wrong(text, "it has " + left.length + " terms for " + shapes.size() + " inputs");
        }
        Set<Character> used = letters(plain, text);
        int longest = 0;
        for (int i = 0; i < left.length; i++) {
            if (left[i].contains(DOTS)) {
                longest = Math.max(longest, shapes.get(i).length - left[i].length() + DOTS.length());
            }
        }
        String free = free(used, longest, text);
        List<String> operands = new ArrayList<>();
        for (int i = 0; i < left.length; i++) {
            int hidden = shapes.get(i).length - left[i].length() + DOTS.length();
            String term = left[i].contains(DOTS) && hidden >= 0
                    ? left[i].replace(DOTS, free.substring(longest - hidden))
                    : left[i];
            if (term.length() != shapes.get(i).length || term.contains(".")) {
                throw wrong(
                        text,
                        "term '" + left[i] + "' does not fit an input of shape " + Arrays.toString(shapes.get(i)));
            }
            operands.add(term);
        }
        String output = arrow < 0
                ? implicit(String.join("", left).replace(DOTS, ""), free)
                : plain.substring(arrow + 2).replace(DOTS, free);
        EinsumEquation equation = new EinsumEquation(operands, output, sizes(operands, shapes, text));
        boolean known = output.chars().allMatch(l -> equation.sizes.containsKey((char) l));
        if (!known || output.chars().distinct().count() != output.length()) {
            throw wrong(text, "its output names a letter twice, or one that no term has");
        }
        return equation;
    }

    private static WhenceException wrong(String text, String reason) {
        return new WhenceException(ErrorCode.MODEL_INVALID, "equation '" + text + "' cannot be used: " + reason);
    }

    private static Set<Character> letters(String plain, String text) {
        Set<Character> used = new LinkedHashSet<>();
        for (char l : plain.replace("->", "").replace(",", "").replace(DOTS, "").toCharArray()) {
            if (LETTERS.indexOf(l) < 0) {
                throw wrong(text, "'" + l + "' is no letter");
            }
            used.add(l);
        }
        return used;
    }

    private static String free(Set<Character> used, int count, String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < LETTERS.length() && out.length() < count; i++) {
            if (!used.contains(LETTERS.charAt(i))) {
                out.append(LETTERS.charAt(i));
            }
        }
        if (out.length() < count) {
            throw wrong(text, "it has too many axes");
        }
        return out.toString();
    }

    /** Without an arrow: the stretched axes, then letters that occur once, in the order of their codes. */
    private static String implicit(String all, String dots) {
        StringBuilder out = new StringBuilder(dots);
        all.chars().sorted().filter(l -> all.indexOf(l) == all.lastIndexOf(l)).forEach(l -> out.append((char) l));
        return out.toString();
    }

    private static Map<Character, Long> sizes(List<String> operands, List<long[]> shapes, String text) {
        Map<Character, Long> sizes = new LinkedHashMap<>();
        for (int i = 0; i < operands.size(); i++) {
            for (int a = 0; a < operands.get(i).length(); a++) {
                long size = shapes.get(i)[a];
                long other = sizes.getOrDefault(operands.get(i).charAt(a), 1L);
                if (size != other && size != 1 && other != 1) {
                    throw wrong(
                            text, "letter '" + operands.get(i).charAt(a) + "' has lengths " + other + " and " + size);
                }
                sizes.put(operands.get(i).charAt(a), other == 1 ? size : other);
            }
        }
        return sizes;
    }

    /** The equation as the engine reads it. */
    String text() {
        return String.join(",", operands) + "->" + output;
    }

    /** The length of a letter's axes. */
    long size(char letter) {
        return sizes.getOrDefault(letter, 1L);
    }

    /** A letter that this equation does not use, other than those in {@code taken}. */
    char unused(String taken) {
        for (int i = 0; i < LETTERS.length(); i++) {
            char l = LETTERS.charAt(i);
            if (!sizes.containsKey(l) && taken.indexOf(l) < 0) {
                return l;
            }
        }
        throw wrong(text(), "it has too many axes");
    }

    /** The letters of the first two operands that the output or a later operand needs. */
    String firstProduct() {
        String needed = output + String.join("", operands.subList(2, operands.size()));
        StringBuilder out = new StringBuilder();
        for (char l : (operands.get(0) + operands.get(1)).toCharArray()) {
            if (needed.indexOf(l) >= 0 && out.indexOf(String.valueOf(l)) < 0) {
                out.append(l);
            }
        }
        return out.toString();
    }
}
