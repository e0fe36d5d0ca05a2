package dev.whence.core;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The header of an npy file: a Python dictionary literal with the element type, the order of the elements and the shape.
 *
 * @param type element type in memory
 * @param order byte order in the file
 * @param fortran whether the first axis varies fastest in the file
 * @param shape shape, checked to hold at most 2^31 - 9 elements
 */
record NpyHeader(NdArray.Type type, ByteOrder order, boolean fortran, long[] shape) {
    /** What Java arrays can hold on every virtual machine. */
    static final long MAX_ELEMENTS = Integer.MAX_VALUE - 8L;

    private static final int MAX_RANK = 64;
    private static final int ALIGNMENT = 64;
    private static final String EXPECTED_TYPES =
            "expected b1, i1, i2, i4, i8, u1, u2, u4, u8, f2, f4 or f8, such as '<f4'";

    /** Bytes of one element in the file. */
    static int bytes(NdArray.Type type) {
        return switch (type) {
            case BOOL, INT8, UINT8 -> 1;
            case FLOAT16, INT16, UINT16 -> 2;
            case FLOAT32, BFLOAT16, INT32, UINT32 -> 4;
            case FLOAT64, INT64, UINT64 -> 8;
        };
    }

    /** Bytes of one element in memory, as {@link NdArray} keeps it. */
    static int memoryBytes(NdArray.Type type) {
        return type == NdArray.Type.FLOAT16 || type == NdArray.Type.BFLOAT16 || type == NdArray.Type.FLOAT32 ? 4 : 8;
    }

    /** Whether the file holds the elements in another order than memory does. */
    boolean isReordered() {
        return fortran && shape.length > 1;
    }

    int elements() {
        return (int) NdArray.elements(shape);
    }

    long memory() {
        return (long) elements() * memoryBytes(type) * (isReordered() ? 2 : 1);
    }

    long dataBytes() {
        return (long) elements() * bytes(type);
    }

    /** Magic, version, length and text of an array's header in the given format version, 64-byte aligned. */
    static byte[] encode(NdArray.Type type, long[] shape, int version) {
        StringBuilder text = new StringBuilder("{'descr': '")
                .append(descriptor(type))
                .append("', 'fortran_order': False, 'shape': (");
        for (long d : shape) {
            text.append(d).append(", ");
        }
        text.append("), }");
        int prefix = version == 1 ? 10 : 12;
        int padding = Math.floorMod(-(prefix + text.length() + 1), ALIGNMENT);
        text.append(" ".repeat(padding)).append('\n');
        byte[] body = text.toString().getBytes(StandardCharsets.US_ASCII);
        byte[] all = new byte[prefix + body.length];
        System.arraycopy(Npy.MAGIC, 0, all, 0, Npy.MAGIC.length);
        all[6] = (byte) version;
        for (int i = 8; i < prefix; i++) {
            all[i] = (byte) (body.length >> (8 * (i - 8)));
        }
        System.arraycopy(body, 0, all, prefix, body.length);
        return all;
    }

    private static String descriptor(NdArray.Type type) {
        return switch (type) {
            case BOOL -> "|b1";
            case INT8 -> "|i1";
            case UINT8 -> "|u1";
            case INT16 -> "<i2";
            case UINT16 -> "<u2";
            case INT32 -> "<i4";
            case UINT32 -> "<u4";
            case INT64 -> "<i8";
            case UINT64 -> "<u8";
            case FLOAT16 -> "<f2";
            case BFLOAT16, FLOAT32 -> "<f4";
            case FLOAT64 -> "<f8";
        };
    }

    /** Reads the dictionary; {@code file} names the file in messages. */
    static NpyHeader parse(String text, String file) {
        return new Parser(text, file).header();
    }

    /** A reader of the small part of Python's literals that headers are made of. */
    private static final class Parser {
        private final String text;
        private final String file;
        private int at;

        Parser(String text, String file) {
            this.text = text;
            this.file = file;
        }

        NpyHeader header() {
            String descriptor = "";
            String order = "";
            long[] shape = {-1};
            expect('{');
            while (!accept('}')) {
                String key = string();
                expect(':');
                switch (key) {
                    case "descr" -> descriptor = descriptor();
                    case "fortran_order" -> order = word();
                    case "shape" -> shape = shape();
                    default -> throw invalid("header has the unknown key '" + key + "'");
                }
                if (!accept(',')) {
                    expect('}');
                    break;
                }
            }
            skipBlanks();
            if (at != text.length()) {
                throw invalid("header goes on after its closing brace");
            }
            if (descriptor.isEmpty()) {
                throw invalid("header has no 'descr'");
            }
            if (!order.equals("True") && !order.equals("False")) {
                throw invalid("'fortran_order' is '" + order + "', expected True or False");
            }
            if (Arrays.equals(shape, new long[] {-1})) {
                throw invalid("header has no 'shape'");
            }
            return new NpyHeader(type(descriptor), byteOrder(descriptor), order.equals("True"), shape);
        }

        private NdArray.Type type(String descriptor) {
            String kind = descriptor.substring(1);
            return switch (kind) {
                case "b1" -> NdArray.Type.BOOL;
                case "i1" -> NdArray.Type.INT8;
                case "i2" -> NdArray.Type.INT16;
                case "i4" -> NdArray.Type.INT32;
                case "i8" -> NdArray.Type.INT64;
                case "u1" -> NdArray.Type.UINT8;
                case "u2" -> NdArray.Type.UINT16;
                case "u4" -> NdArray.Type.UINT32;
                case "u8" -> NdArray.Type.UINT64;
                case "f2" -> NdArray.Type.FLOAT16;
                case "f4" -> NdArray.Type.FLOAT32;
                case "f8" -> NdArray.Type.FLOAT64;
                default ->
                    throw invalid("element type is '" + descriptor + "'" + meaning(kind) + ", " + EXPECTED_TYPES);
            };
        }

        private static String meaning(String kind) {
            String letter = kind.isEmpty() ? "" : kind.substring(0, 1);
            return switch (letter) {
                case "O" -> " (pickled Python objects, which are never loaded)";
                case "U", "S", "a" -> " (text)";
                case "c" -> " (complex numbers)";
                case "M", "m" -> " (dates or durations)";
                case "V" -> " (raw bytes)";
                default -> "";
            };
        }

        private ByteOrder byteOrder(String descriptor) {
            return switch (descriptor.charAt(0)) {
                case '<', '|' -> ByteOrder.LITTLE_ENDIAN;
                case '>' -> ByteOrder.BIG_ENDIAN;
                case '=' -> ByteOrder.nativeOrder();
                default -> throw invalid("byte order of element type '" + descriptor + "' is not one of < > | =");
            };
        }

        /** A type's text with its byte-order sign in front; records are refused here. */
        private String descriptor() {
            skipBlanks();
            if (at < text.length() && text.charAt(at) == '[') {
                throw invalid("elements are records of several fields, " + EXPECTED_TYPES);
            }
            String found = string();
            if (found.isEmpty()) {
                throw invalid("element type is empty, " + EXPECTED_TYPES);
            }
            return Character.isLetter(found.charAt(0)) ? "|" + found : found;
        }

        private long[] shape() {
            List<Long> dimensions = new ArrayList<>();
            expect('(');
            while (!accept(')')) {
                if (dimensions.size() == MAX_RANK) {
                    throw invalid("shape has more than " + MAX_RANK + " axes");
                }
                dimensions.add(dimension());
                if (!accept(',')) {
                    expect(')');
                    break;
                }
            }
            long elements = 1;
            long[] shape = new long[dimensions.size()];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = dimensions.get(i);
                try {
                    elements = Math.multiplyExact(elements, shape[i]);
                } catch (ArithmeticException e) {
                    throw tooLarge(dimensions);
                }
            }
            if (elements > MAX_ELEMENTS) {
                throw tooLarge(dimensions);
            }
            return shape;
        }

        private WhenceException tooLarge(List<Long> dimensions) {
            return invalid("shape " + dimensions + " has too many elements, expected at most " + MAX_ELEMENTS);
        }

        private long dimension() {
            skipBlanks();
            int start = at;
            while (at < text.length() && (Character.isDigit(text.charAt(at)) || text.charAt(at) == '-')) {
                at++;
            }
            String digits = text.substring(start, at);
            if (at < text.length() && text.charAt(at) == 'L') {
                at++;
            }
            try {
                long d = Long.parseLong(digits);
                if (d >= 0) {
                    return d;
                }
            } catch (NumberFormatException e) {
                // told below, in the same words
            }
            throw invalid("shape has the dimension '" + shorten(digits) + "', expected a whole number from 0");
        }

        private String string() {
            skipBlanks();
            char quote = at < text.length() ? text.charAt(at) : ' ';
            int end = quote == '\'' || quote == '"' ? text.indexOf(quote, at + 1) : -1;
            if (end < 0) {
                throw invalid("header has no quoted text at character " + at);
            }
            String found = text.substring(at + 1, end);
            at = end + 1;
            return shorten(found);
        }

        private String word() {
            skipBlanks();
            int start = at;
            while (at < text.length() && Character.isLetter(text.charAt(at))) {
                at++;
            }
            return shorten(text.substring(start, at));
        }

        private boolean accept(char wanted) {
            skipBlanks();
            if (at < text.length() && text.charAt(at) == wanted) {
                at++;
                return true;
            }
            return false;
        }

        private void expect(char wanted) {
            if (!accept(wanted)) {
                throw invalid("header has no '" + wanted + "' at character " + at);
            }
        }

        private void skipBlanks() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
        }

        private WhenceException invalid(String what) {
            return new WhenceException(ErrorCode.INPUT_INVALID, "Cannot use '" + file + "': its npy " + what + ".");
        }

        private static String shorten(String found) {
            String printable = found.replaceAll("\\p{Cntrl}", "?");
            return printable.length() <= 40 ? printable : printable.substring(0, 40) + "...";
        }
    }
}
