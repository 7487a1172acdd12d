package io.bpf4j.vm.text;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.ByteSwap;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Insn.LoadPacket;
import io.bpf4j.vm.isa.Insn.MoveSignExtended;
import io.bpf4j.vm.isa.Insn.Negate;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.text.Cursor.SyntaxException;
import io.bpf4j.vm.text.Cursor.Written;
import io.bpf4j.vm.text.Token.Kind;
import java.math.BigInteger;
import java.util.Map;

/** Reads what stands on the right of {@code r1 =}, and operands. */
final class ValueParser {

    private static final Map<String, Width> UNSIGNED = Map.of("u8", Width.BYTE, "u16", Width.HALF, "u32",
            Width.WORD, "u64", Width.DOUBLE);
    private static final Map<String, Width> SIGNED = Map.of("s8", Width.BYTE, "s16", Width.HALF, "s32",
            Width.WORD);

    private final Cursor cursor;
    private final SymbolParser symbols;

    ValueParser(Cursor cursor, Linker linker) {
        this.cursor = cursor;
        this.symbols = new SymbolParser(cursor, linker);
    }

    /** Reads a register of the width, or a number. */
    Operand operand(boolean wide) {
        if (cursor.atRegister()) {
            return cursor.register(wide);
        }
        return Operand.immediate(cursor.int32("a register or a number", !wide));
    }

    /** Reads {@code + 8}, {@code - 8} or nothing. */
    short offset() {
        if (cursor.peek().is("+") || cursor.peek().is("-")) {
            return cursor.int16("an offset");
        }
        return 0;
    }

    /** Reads {@code (u64 *)}. */
    Width unsignedPointer() {
        cursor.expect("(");
        Width width = width(UNSIGNED, "a type, u8, u16, u32 or u64");
        cursor.expect("*");
        cursor.expect(")");
        return width;
    }

    /** Reads {@code (u64 *)} or {@code (u32 *)}. */
    Width atomicPointer() {
        Token start = cursor.peek();
        Width width = unsignedPointer();
        if (width.bytes() < Width.WORD.bytes()) {
            throw new SyntaxException(start, "atomic operations are on u32 or u64 only");
        }
        return width;
    }

    /** Reads the value and the end of the line, and emits the assignment to {@code dst}. */
    void assign(Token start, Written dst, Runnable endOfLine) {
        if (symbols.atSymbol()) {
            symbols.load(wide(start, dst, "a 64-bit immediate"), endOfLine);
            return;
        }
        Insn insn = value(start, dst);
        endOfLine.run();
        symbols.linker().add(insn);
    }

    private Insn value(Token start, Written dst) {
        if (cursor.atRegister()) {
            return new Alu(AluOperation.MOVE, dst.wide(), dst.register(), cursor.register(dst.wide()));
        }
        if (cursor.accept("*")) {
            return load(start, dst);
        }
        if (cursor.accept("(")) {
            int bits = 8 * width(SIGNED, "a type to extend from, s8, s16 or s32").bytes();
            if (bits == 32 && !dst.wide()) {
                throw new SyntaxException(start,
                        "s32 cannot be extended to " + dst + ", expected an r register");
            }
            cursor.expect(")");
            return new MoveSignExtended(bits, dst.wide(), dst.register(), cursor.register(dst.wide()));
        }
        if (cursor.peek().is("-") && cursor.peekNext().kind() == Kind.WORD) {
            cursor.next();
            cursor.register(dst.register(), dst.wide());
            return new Negate(dst.wide(), dst.register());
        }
        if (cursor.atNumber()) {
            return number(start, dst);
        }
        if (cursor.peek().kind() == Kind.WORD) {
            return operation(start, dst);
        }
        throw cursor.expected("a register, a number, a load or an operation");
    }

    private Insn number(Token start, Written dst) {
        Token at = cursor.peek();
        BigInteger number = cursor.number("a number");
        if (cursor.acceptWord("ll")) {
            if (number.bitLength() > 64 || number.signum() < 0 && number.bitLength() > 63) {
                throw new SyntaxException(at, "expected a number of 64 bits, found " + number);
            }
            return LoadImmediate64.number(wide(start, dst, "a 64-bit immediate"), number.longValue());
        }
        if (dst.wide() && number.bitLength() > 31) {
            throw new SyntaxException(at, number + " does not fit in 32 bits with sign, expected `"
                    + number + " ll`");
        }
        long value = Cursor.inRange(at, number, "a number", Integer.MIN_VALUE, 0xffff_ffffL);
        return new Alu(AluOperation.MOVE, dst.wide(), dst.register(), Operand.immediate((int) value));
    }

    private Insn load(Token start, Written dst) {
        cursor.expect("(");
        Token type = cursor.peek();
        boolean signed = SIGNED.containsKey(type.text());
        Width width = width(signed ? SIGNED : UNSIGNED, "a type, u8 to u64 or s8 to s32");
        cursor.expect("*");
        cursor.expect(")");
        if (cursor.acceptWord("skb")) {
            return packet(start, dst, type, width, signed);
        }
        // LLVM writes w registers for loads that are zero-extended from -mcpu=v3 on
        if (!dst.wide() && (signed || width == Width.DOUBLE)) {
            throw new SyntaxException(start,
                    "a load of " + type.text() + " fills the whole register, expected r"
                            + dst.register().number());
        }
        cursor.expect("(");
        Register base = cursor.register(true);
        short offset = offset();
        cursor.expect(")");
        return new Load(width, signed, dst.register(), base, offset);
    }

    private Insn packet(Token start, Written dst, Token type, Width width, boolean signed) {
        if (wide(start, dst, "packet access") != Register.R0) {
            throw new SyntaxException(start, "packet access goes to r0 only");
        }
        if (signed || width == Width.DOUBLE) {
            throw new SyntaxException(type, "packet access is to u8, u16 or u32 only");
        }
        cursor.expect("[");
        boolean indirect = cursor.atRegister();
        Register index = indirect ? cursor.register(true) : Register.R0;
        int offset = !indirect || cursor.atNumber() ? cursor.int32("an offset", false) : 0;
        cursor.expect("]");
        return new LoadPacket(width, indirect, index, offset);
    }

    private Insn operation(Token start, Written dst) {
        Token word = cursor.next();
        for (ByteSwap.Order order : ByteSwap.Order.values()) {
            for (int bits = 16; bits <= 64; bits *= 2) {
                if (word.text().equals(InsnText.swap(order) + bits)) {
                    Register swapped = wide(start, dst, "a byte swap");
                    cursor.register(swapped, true);
                    return new ByteSwap(order, bits, swapped);
                }
            }
        }
        for (AtomicOperation operation : AtomicOperation.values()) {
            String name = InsnText.fetchName(operation);
            if (!operation.alwaysFetches() && word.text().equals(name)) {
                return fetch(operation, start, dst);
            }
            for (Width width : new Width[]{Width.WORD, Width.DOUBLE}) {
                if (operation.alwaysFetches()
                        && word.text().equals(name + InsnText.exchangeSuffix(width))) {
                    return exchange(operation, width, start, dst);
                }
            }
        }
        throw new SyntaxException(word,
                "expected a register, a number, a load or an operation, found " + word.shown());
    }

    private Insn fetch(AtomicOperation operation, Token start, Written dst) {
        cursor.expect("(");
        Width width = atomicPointer();
        cursor.expect("(");
        Register base = cursor.register(true);
        short offset = offset();
        cursor.expect(")");
        cursor.expect(",");
        boolean wide = width == Width.DOUBLE;
        sameWidth(start, dst, wide);
        cursor.register(dst.register(), wide);
        cursor.expect(")");
        return new Atomic(operation, width, true, base, offset, dst.register());
    }

    private Insn exchange(AtomicOperation operation, Width width, Token start, Written dst) {
        boolean wide = width == Width.DOUBLE;
        boolean compares = operation == AtomicOperation.COMPARE_EXCHANGE;
        sameWidth(start, dst, wide);
        if (compares && dst.register() != Register.R0) {
            throw new SyntaxException(start, "compare-and-exchange goes to r0 only");
        }
        cursor.expect("(");
        Register base = cursor.register(true);
        short offset = offset();
        cursor.expect(",");
        cursor.register(dst.register(), wide);
        Register src = dst.register();
        if (compares) {
            cursor.expect(",");
            src = cursor.register(wide);
        }
        cursor.expect(")");
        return new Atomic(operation, width, true, base, offset, src);
    }

    private Width width(Map<String, Width> types, String what) {
        Width width = types.get(cursor.peek().text());
        if (width == null) {
            throw cursor.expected(what);
        }
        cursor.next();
        return width;
    }

    private static Register wide(Token start, Written dst, String what) {
        if (!dst.wide()) {
            throw new SyntaxException(start, what + " needs an r register, found `" + dst + "`");
        }
        return dst.register();
    }

    private static void sameWidth(Token start, Written dst, boolean wide) {
        if (dst.wide() != wide) {
            throw new SyntaxException(start,
                    "expected " + new Written(dst.register(), wide) + " here, found `" + dst + "`");
        }
    }
}
