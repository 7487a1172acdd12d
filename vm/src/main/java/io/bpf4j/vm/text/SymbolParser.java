package io.bpf4j.vm.text;

import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.text.Linker.Target;
import io.bpf4j.vm.text.Token.Kind;
import java.util.OptionalInt;

/** Reads the 64-bit immediates that are not numbers: {@code map[...]}, {@code var[...]} and {@code subprog[...]}. */
final class SymbolParser {

    private final Cursor cursor;
    private final Linker linker;

    SymbolParser(Cursor cursor, Linker linker) {
        this.cursor = cursor;
        this.linker = linker;
    }

    Linker linker() {
        return linker;
    }

    boolean atSymbol() {
        Token word = cursor.peek();
        return word.isWord("map") || word.isWord("var") || word.isWord("subprog");
    }

    /** Reads one, {@code ll} and the end of the line, and emits the load. */
    void load(Register dst, Runnable endOfLine) {
        Token word = cursor.next();
        cursor.expect("[");
        switch (word.text()) {
            case "map" -> map(dst, endOfLine);
            case "var" -> variable(dst, endOfLine);
            default -> subprogram(dst, endOfLine);
        }
    }

    private void map(Register dst, Runnable endOfLine) {
        Token name = cursor.next();
        boolean byNumber = name.kind() == Kind.WORD && cursor.peek().is(":");
        boolean byIndex = name.isWord("idx");
        int number = 0;
        if (byNumber) {
            if (!byIndex && !name.isWord("fd")) {
                throw new Cursor.SyntaxException(name, "expected `fd` or `idx` before the colon");
            }
            cursor.expect(":");
            number = cursor.int32("a map's number", false);
        } else if (name.kind() != Kind.WORD && name.kind() != Kind.QUOTED) {
            throw new Cursor.SyntaxException(name,
                    "expected a map's name, `fd:` or `idx:` and a number, found " + name.shown());
        }
        cursor.expect("]");
        boolean value = cursor.peek().is("[");
        int offset = value ? valueOffset() : 0;
        finish(endOfLine);
        if (byNumber) {
            linker.add(new LoadImmediate64(dst, kind(byIndex, value), number, offset));
        } else if (value) {
            linker.addMapValue(dst, name.text(), offset);
        } else {
            linker.addMap(dst, name.text());
        }
    }

    private static Immediate64 kind(boolean byIndex, boolean value) {
        if (byIndex) {
            return value ? Immediate64.MAP_INDEX_VALUE : Immediate64.MAP_INDEX;
        }
        return value ? Immediate64.MAP_VALUE : Immediate64.MAP;
    }

    private int valueOffset() {
        cursor.expect("[");
        cursor.number("0, a map's only entry", 0, 0);
        cursor.expect("]");
        return cursor.atNumber() ? cursor.int32("an offset", false) : 0;
    }

    private void variable(Register dst, Runnable endOfLine) {
        cursor.expectWord("btf");
        cursor.expect(":");
        int id = cursor.int32("a BTF id", false);
        int module = 0;
        if (cursor.accept(",")) {
            cursor.expectWord("module");
            cursor.expect(":");
            module = cursor.int32("a module's number", false);
        }
        cursor.expect("]");
        finish(endOfLine);
        linker.add(new LoadImmediate64(dst, Immediate64.VARIABLE, id, module));
    }

    private void subprogram(Register dst, Runnable endOfLine) {
        Token start = cursor.peek();
        OptionalInt distance = OptionalInt.empty();
        String label = null;
        if (cursor.atNumber()) {
            distance = OptionalInt.of(cursor.int32("a distance", false));
        } else if (start.kind() == Kind.WORD) {
            label = cursor.next().text();
        } else {
            throw cursor.expected("a label or a distance such as `+3`");
        }
        cursor.expect("]");
        cursor.expectWord("ll");
        if (cursor.accept("<")) {
            label = cursor.next().text();
            cursor.expect(">");
        }
        endOfLine.run();
        linker.add(new Target(start, distance, label), Integer.MIN_VALUE, Integer.MAX_VALUE, "",
                low -> new LoadImmediate64(dst, Immediate64.FUNCTION, low, 0));
    }

    private void finish(Runnable endOfLine) {
        cursor.expectWord("ll");
        endOfLine.run();
    }
}
