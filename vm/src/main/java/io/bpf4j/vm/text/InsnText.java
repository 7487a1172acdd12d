package io.bpf4j.vm.text;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.ByteSwap;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.CallKernelFunction;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Insn.LoadPacket;
import io.bpf4j.vm.isa.Insn.MoveSignExtended;
import io.bpf4j.vm.isa.Insn.Negate;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.program.Reference;

/** The spelling of a single instruction, without label or comment. */
final class InsnText {

    private InsnText() {}

    static String of(Insn insn) {
        return switch (insn) {
            case Alu(var operation, var wide, var dst, var src) ->
                register(dst, wide) + " " + operation.spelling() + " " + operand(src, wide);
            case MoveSignExtended(var bits, var wide, var dst, var src) ->
                register(dst, wide) + " = (s" + bits + ")" + register(src, wide);
            case Negate(var wide, var dst) -> register(dst, wide) + " = -" + register(dst, wide);
            case ByteSwap(var order, var bits, var dst) ->
                dst + " = " + swap(order) + bits + " " + dst;
            case LoadImmediate64 load -> load.dst() + " = " + immediate64(load) + " ll";
            case Load(var width, var signed, var dst, var base, var offset) ->
                dst + " = *(" + (signed ? signed(width) : width.spelling()) + " *)" + address(base, offset);
            case Store(var width, var base, var offset, var value) ->
                "*(" + width.spelling() + " *)" + address(base, offset) + " = " + operand(value, true);
            case Atomic atomic -> atomic(atomic);
            case Jump(var distance, var wide) -> (wide ? "gotol " : "goto ") + relative(distance);
            case Branch(var condition, var wide, var left, var right, var distance) ->
                "if " + register(left, wide) + " " + condition.spelling() + " " + operand(right, wide)
                        + " goto " + relative(distance);
            case CallHelper(var id) -> "call " + id;
            case CallFunction(var distance) -> "call pc" + relative(distance);
            case CallKernelFunction(var id, var module) ->
                "call kfunc " + id + (module == 0 ? "" : " module " + module);
            case Exit() -> "exit";
            case LoadPacket(var width, var indirect, var index, var offset) ->
                "r0 = *(" + width.spelling() + " *)skb[" + (indirect ? indexed(index, offset) : offset) + "]";
        };
    }

    /** Returns the spelling of a load that stands for a map by name. */
    static String of(Register dst, Reference reference) {
        return dst + " = " + map(reference) + " ll";
    }

    static String map(Reference reference) {
        return switch (reference) {
            case Reference.ToMap(var slot, var map) -> "map[" + name(map) + "]";
            case Reference.ToMapValue(var slot, var map, var offset) ->
                "map[" + name(map) + "]" + valueOffset(offset);
        };
    }

    /** Returns a name as it is, or in quotes if it would not be read back as one word. */
    private static String name(String name) {
        return Lexer.isWord(name) ? name : '"' + name + '"';
    }

    static String relative(int distance) {
        return distance < 0 ? Integer.toString(distance) : "+" + distance;
    }

    static String swap(ByteSwap.Order order) {
        return switch (order) {
            case LITTLE_ENDIAN -> "le";
            case BIG_ENDIAN -> "be";
            case REVERSED -> "bswap";
        };
    }

    /** Returns the operation's name in {@code atomic_fetch_...}; those that always fetch have none. */
    static String fetchName(AtomicOperation operation) {
        return switch (operation) {
            case ADD -> "atomic_fetch_add";
            case OR -> "atomic_fetch_or";
            case AND -> "atomic_fetch_and";
            case XOR -> "atomic_fetch_xor";
            case EXCHANGE -> "xchg";
            case COMPARE_EXCHANGE -> "cmpxchg";
        };
    }

    /** Returns the arithmetic operation that spells an atomic one without fetch. */
    static AluOperation arithmetic(AtomicOperation operation) {
        return switch (operation) {
            case ADD -> AluOperation.ADD;
            case OR -> AluOperation.OR;
            case AND -> AluOperation.AND;
            case XOR -> AluOperation.XOR;
            case EXCHANGE, COMPARE_EXCHANGE -> throw new IllegalArgumentException(
                    operation + " always fetches");
        };
    }

    /** Returns what the exchanges append to their name: {@code _64} or {@code 32_32}. */
    static String exchangeSuffix(Width width) {
        return width == Width.DOUBLE ? "_64" : "32_32";
    }

    private static String register(Register register, boolean wide) {
        return (wide ? "r" : "w") + register.number();
    }

    private static String operand(Operand operand, boolean wide) {
        return switch (operand) {
            case Register register -> register(register, wide);
            case Operand.Immediate(var value) -> Integer.toString(value);
        };
    }

    private static String signed(Width width) {
        return "s" + 8 * width.bytes();
    }

    private static String indexed(Register base, int offset) {
        if (offset == 0) {
            return base.toString();
        }
        return base + sum(offset);
    }

    private static String address(Register base, int offset) {
        return "(" + base + sum(offset) + ")";
    }

    private static String sum(int offset) {
        return offset < 0 ? " - " + -(long) offset : " + " + offset;
    }

    private static String valueOffset(int offset) {
        return "[0]" + relative(offset);
    }

    private static String immediate64(LoadImmediate64 load) {
        int low = load.low();
        int high = load.high();
        return switch (load.kind()) {
            case NUMBER -> Long.toString(load.value());
            case MAP -> "map[fd:" + low + "]";
            case MAP_VALUE -> "map[fd:" + low + "]" + valueOffset(high);
            case VARIABLE -> "var[btf:" + low + (high == 0 ? "" : ", module:" + high) + "]";
            case FUNCTION -> "subprog[" + relative(low) + "]";
            case MAP_INDEX -> "map[idx:" + low + "]";
            case MAP_INDEX_VALUE -> "map[idx:" + low + "]" + valueOffset(high);
        };
    }

    private static String atomic(Atomic atomic) {
        boolean wide = atomic.width() == Width.DOUBLE;
        String src = register(atomic.src(), wide);
        String base = atomic.base() + sum(atomic.offset());
        String pointer = "*(" + atomic.width().spelling() + " *)(" + base + ")";
        AtomicOperation operation = atomic.operation();
        if (!atomic.fetch()) {
            return "lock " + pointer + " " + arithmetic(operation).spelling() + " " + src;
        }
        String name = fetchName(operation);
        return switch (operation) {
            case EXCHANGE ->
                src + " = " + name + exchangeSuffix(atomic.width()) + "(" + base + ", " + src + ")";
            case COMPARE_EXCHANGE -> {
                String result = register(Register.R0, wide);
                yield result + " = " + name + exchangeSuffix(atomic.width()) + "(" + base + ", " + result
                        + ", " + src + ")";
            }
            case ADD, OR, AND, XOR ->
                src + " = " + name + "(" + pointer.substring(1, pointer.indexOf(')') + 1) + "("
                        + base + "), " + src + ")";
        };
    }
}
