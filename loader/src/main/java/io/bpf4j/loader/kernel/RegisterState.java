package io.bpf4j.loader.kernel;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What the kernel's verifier says of a register (kernel/bpf/log.c, print_reg_state), such as
 * {@code scalar(smin=smin32=0,smax=umax=smax32=umax32=256,var_off=(0x0; 0x1ff))} or
 * {@code map_value(map=records,ks=4,vs=264,off=8)}.
 *
 * @param kind the word before the parenthesis; {@code scalar} for a plain number
 * @param fields by name; of a chain such as {@code smin=smin32=0} each name has the value
 */
record RegisterState(String kind, Map<String, String> fields) {

    static RegisterState parse(String text) {
        int open = text.indexOf('(');
        if (open < 0) {
            return isNumber(text)
                    ? new RegisterState("scalar", Map.of("value", text))
                    : new RegisterState(text, Map.of());
        }
        Map<String, String> fields = new HashMap<>();
        for (String field : split(text.substring(open + 1, text.length() - 1))) {
            String[] parts = field.split("=");
            for (int i = 0; i < parts.length - 1; i++) {
                fields.put(parts[i], parts[parts.length - 1]);
            }
        }
        return new RegisterState(text.substring(0, open), Map.copyOf(fields));
    }

    private static boolean isNumber(String text) {
        return text.matches("-?(0x[0-9a-f]+|\\d+)");
    }

    /** Splits at commas that are in no parentheses. */
    private static List<String> split(String text) {
        List<String> fields = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int at = 0; at <= text.length(); at++) {
            char c = at == text.length() ? ',' : text.charAt(at);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && depth == 0) {
                fields.add(text.substring(start, at));
                start = at + 1;
            }
        }
        return fields;
    }

    boolean isScalar() {
        return kind.equals("scalar") || kind.equals("inv");
    }

    /** Returns the name of the map that it points into or at, or an empty text. */
    String map() {
        return fields.getOrDefault("map", "");
    }

    OptionalLong number(String field) {
        String text = fields.get(field);
        if (text == null || !isNumber(text)) {
            return OptionalLong.empty();
        }
        boolean hex = text.contains("0x");
        String digits = text.replace("0x", "");
        return OptionalLong.of(hex
                ? (digits.startsWith("-")
                        ? -Long.parseUnsignedLong(digits.substring(1), 16)
                        : Long.parseUnsignedLong(digits, 16))
                : new BigInteger(digits).longValue());
    }

    /** Returns the constant that was added to the address. */
    long offset() {
        return number("off").orElse(0);
    }

    /** Returns whether it is a number, or an address to which a number was added, that is not constant. */
    boolean varies() {
        return !fields.containsKey("value") && (isScalar() || fields.containsKey("var_off")
                || fields.containsKey("umax") || fields.containsKey("smax") || fields.containsKey("smin"));
    }

    /** Returns the range of the number, or of what was added to the address: {@code 0..255} or {@code anything}. */
    String range() {
        if (fields.containsKey("value")) {
            return Long.toString(number("value").orElse(0));
        }
        OptionalLong least = number("smin");
        OptionalLong most = number("smax");
        OptionalLong greatest = number("umax");
        if (greatest.isPresent() && greatest.getAsLong() >= 0) {
            return number("umin").orElse(Math.max(0, least.orElse(0))) + ".." + greatest.getAsLong();
        }
        if (least.isPresent() || most.isPresent()) {
            return (least.isPresent() ? Long.toString(least.getAsLong()) : "-2^63") + ".."
                    + (most.isPresent() ? Long.toString(most.getAsLong()) : "2^63-1");
        }
        return greatest.isPresent() ? "0.." + Long.toUnsignedString(greatest.getAsLong()) : "anything";
    }

    /** Returns what it points into, in words. */
    String target() {
        String bare = kind.replace("_or_null", "");
        return switch (bare) {
            case "map_value" -> "a value of map " + map();
            case "map_key" -> "a key of map " + map();
            case "map_ptr" -> "map " + map();
            case "ringbuf_mem", "alloc_mem" -> "a ring record";
            case "ctx" -> "the context";
            case "mem" -> "a block of memory";
            default -> bare.startsWith("fp") ? "the stack" : bare;
        };
    }

    /** Returns all in words. */
    String words() {
        if (isScalar()) {
            return range();
        }
        String place = varies() ? " at offset " + range() : offset() == 0 ? "" : " at offset " + offset();
        return (kind.endsWith("_or_null") ? "null or " : "") + "a pointer to " + target() + place;
    }
}
