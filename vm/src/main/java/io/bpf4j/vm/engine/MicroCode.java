package io.bpf4j.vm.engine;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Immediate64;
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
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;

/**
 * The interpreter's own form of a program: one word for every slot, decoded with shifts only.
 *
 * <pre>
 *  63          32 31          16 15  12 11   8 7       0
 * | immediate    | offset       | src  | dst  | code    |
 * </pre>
 *
 * <p>Where the second operand is the immediate, {@link #CONSTANT} is added to the code. A branch has its distance as
 * offset; what else an instruction needs is in the immediate.
 */
final class MicroCode {

    /** What is added to the code of an instruction whose second operand is the immediate. */
    static final int CONSTANT = 128;

    // Arithmetic: WIDE or NARROW plus one of these.
    static final int WIDE = 0;
    static final int NARROW = 16;
    static final int ADD = 0;
    static final int SUBTRACT = 1;
    static final int MULTIPLY = 2;
    static final int DIVIDE = 3;
    static final int SIGNED_DIVIDE = 4;
    static final int OR = 5;
    static final int AND = 6;
    static final int SHIFT_LEFT = 7;
    static final int SHIFT_RIGHT = 8;
    static final int MODULO = 9;
    static final int SIGNED_MODULO = 10;
    static final int XOR = 11;
    static final int MOVE = 12;
    static final int SHIFT_RIGHT_SIGNED = 13;

    // Branches: BRANCH, plus WIDE or NARROW, plus one of these.
    static final int BRANCH = 32;
    static final int EQUAL = 0;
    static final int NOT_EQUAL = 1;
    static final int ANY_BIT = 2;
    static final int GREATER = 3;
    static final int GREATER_OR_EQUAL = 4;
    static final int LESS = 5;
    static final int LESS_OR_EQUAL = 6;
    static final int SIGNED_GREATER = 7;
    static final int SIGNED_GREATER_OR_EQUAL = 8;
    static final int SIGNED_LESS = 9;
    static final int SIGNED_LESS_OR_EQUAL = 10;

    // Memory: LOAD, LOAD_SIGNED or STORE plus one of these.
    static final int LOAD = 64;
    static final int LOAD_SIGNED = 68;
    static final int STORE = 72;
    static final int BYTE = 0;
    static final int HALF = 1;
    static final int WORD = 2;
    static final int DOUBLE = 3;

    static final int JUMP = 76;
    static final int LOAD_NUMBER = 77;
    static final int LOAD_FUNCTION = 78;
    static final int LOAD_OTHER = 79;
    static final int SIGN_EXTEND = 80;
    static final int NEGATE = 81;
    static final int SWAP = 82;
    static final int ATOMIC = 83;
    static final int CALL_HELPER = 84;
    static final int CALL_FUNCTION = 85;
    static final int CALL_KERNEL = 86;
    static final int EXIT = 87;
    static final int PACKET = 88;
    static final int SECOND_HALF = 89;

    private MicroCode() {}

    /** Translates a program. */
    static long[] of(Instructions instructions) {
        long[] code = new long[instructions.slots()];
        for (int index = 0; index < instructions.size(); index++) {
            Insn insn = instructions.get(index);
            int slot = instructions.slotOf(index);
            code[slot] = word(insn);
            if (insn instanceof LoadImmediate64 load) {
                code[slot + 1] = word(SECOND_HALF, 0, 0, 0, load.high());
            }
        }
        return code;
    }

    private static long word(Insn insn) {
        return switch (insn) {
            case Alu alu -> word(form(alu.src()) + (alu.wide() ? WIDE : NARROW) + code(alu.operation()),
                    number(alu.dst()),
                    source(alu.src()), 0, immediate(alu.src()));
            case Branch branch -> word(
                    form(branch.right()) + BRANCH + (branch.wide() ? WIDE : NARROW)
                            + code(branch.condition()),
                    number(branch.left()), source(branch.right()), branch.distance(),
                    immediate(branch.right()));
            case Load load ->
                word((load.signed() ? LOAD_SIGNED : LOAD) + code(load.width()), number(load.dst()),
                        number(load.base()), load.offset(), 0);
            case Store store -> word(form(store.value()) + STORE + code(store.width()), number(store.base()),
                    source(store.value()),
                    store.offset(), immediate(store.value()));
            case Atomic atomic -> word(ATOMIC, number(atomic.base()), number(atomic.src()), atomic.offset(),
                    flags(atomic));
            case Jump jump -> word(JUMP, 0, 0, 0, jump.distance());
            case LoadImmediate64 load -> word(code(load.kind()), number(load.dst()), 0, 0, load.low());
            case MoveSignExtended move -> word(SIGN_EXTEND, number(move.dst()), number(move.src()),
                    move.wide() ? 1 : 0, move.bits());
            case Negate negate -> word(NEGATE, number(negate.dst()), 0, negate.wide() ? 1 : 0, 0);
            case ByteSwap swap -> word(SWAP, number(swap.dst()), 0, swap.order().ordinal(), swap.bits());
            case CallHelper call -> word(CALL_HELPER, 0, 0, 0, call.id());
            case CallFunction call -> word(CALL_FUNCTION, 0, 0, 0, call.distance());
            case CallKernelFunction call -> word(CALL_KERNEL, 0, 0, 0, call.btfId());
            case Exit exit -> word(EXIT, 0, 0, 0, 0);
            case LoadPacket load -> word(PACKET, 0, 0, 0, 0);
        };
    }

    /** Puts a word together. */
    static long word(int code, int dst, int src, int offset, int immediate) {
        return (long) immediate << 32 | (offset & 0xffffL) << 16 | src << 12 | dst << 8 | code;
    }

    private static int number(Register register) {
        return register.number();
    }

    private static int source(Operand operand) {
        return operand instanceof Register register ? register.number() : 0;
    }

    private static int form(Operand operand) {
        return operand instanceof Register ? 0 : CONSTANT;
    }

    private static int immediate(Operand operand) {
        return operand instanceof Operand.Immediate constant ? constant.value() : 0;
    }

    private static int flags(Atomic atomic) {
        return atomic.operation().ordinal() << 2 | (atomic.fetch() ? 2 : 0)
                | (atomic.width() == Width.DOUBLE ? 1 : 0);
    }

    /** Returns the operation of an {@link #ATOMIC} word's immediate. */
    static AtomicOperation atomicOperation(int flags) {
        return ATOMIC_OPERATIONS[flags >> 2];
    }

    private static final AtomicOperation[] ATOMIC_OPERATIONS = AtomicOperation.values();

    private static int code(Immediate64 kind) {
        return switch (kind) {
            case NUMBER -> LOAD_NUMBER;
            case FUNCTION -> LOAD_FUNCTION;
            default -> LOAD_OTHER;
        };
    }

    /** Returns the code of a width, to be added to that of an access. */
    static int code(Width width) {
        return switch (width) {
            case BYTE -> BYTE;
            case HALF -> HALF;
            case WORD -> WORD;
            case DOUBLE -> DOUBLE;
        };
    }

    private static int code(AluOperation operation) {
        return switch (operation) {
            case ADD -> ADD;
            case SUBTRACT -> SUBTRACT;
            case MULTIPLY -> MULTIPLY;
            case DIVIDE -> DIVIDE;
            case SIGNED_DIVIDE -> SIGNED_DIVIDE;
            case OR -> OR;
            case AND -> AND;
            case SHIFT_LEFT -> SHIFT_LEFT;
            case SHIFT_RIGHT -> SHIFT_RIGHT;
            case MODULO -> MODULO;
            case SIGNED_MODULO -> SIGNED_MODULO;
            case XOR -> XOR;
            case MOVE -> MOVE;
            case SHIFT_RIGHT_SIGNED -> SHIFT_RIGHT_SIGNED;
        };
    }

    private static int code(Condition condition) {
        return switch (condition) {
            case EQUAL -> EQUAL;
            case NOT_EQUAL -> NOT_EQUAL;
            case ANY_BIT -> ANY_BIT;
            case GREATER -> GREATER;
            case GREATER_OR_EQUAL -> GREATER_OR_EQUAL;
            case LESS -> LESS;
            case LESS_OR_EQUAL -> LESS_OR_EQUAL;
            case SIGNED_GREATER -> SIGNED_GREATER;
            case SIGNED_GREATER_OR_EQUAL -> SIGNED_GREATER_OR_EQUAL;
            case SIGNED_LESS -> SIGNED_LESS;
            case SIGNED_LESS_OR_EQUAL -> SIGNED_LESS_OR_EQUAL;
        };
    }
}
