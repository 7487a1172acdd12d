package io.bpf4j.vm.engine;

import static io.bpf4j.vm.engine.MicroCode.ADD;
import static io.bpf4j.vm.engine.MicroCode.AND;
import static io.bpf4j.vm.engine.MicroCode.ANY_BIT;
import static io.bpf4j.vm.engine.MicroCode.ATOMIC;
import static io.bpf4j.vm.engine.MicroCode.BRANCH;
import static io.bpf4j.vm.engine.MicroCode.BYTE;
import static io.bpf4j.vm.engine.MicroCode.CALL_FUNCTION;
import static io.bpf4j.vm.engine.MicroCode.CALL_HELPER;
import static io.bpf4j.vm.engine.MicroCode.DIVIDE;
import static io.bpf4j.vm.engine.MicroCode.DOUBLE;
import static io.bpf4j.vm.engine.MicroCode.EQUAL;
import static io.bpf4j.vm.engine.MicroCode.EXIT;
import static io.bpf4j.vm.engine.MicroCode.GREATER;
import static io.bpf4j.vm.engine.MicroCode.GREATER_OR_EQUAL;
import static io.bpf4j.vm.engine.MicroCode.HALF;
import static io.bpf4j.vm.engine.MicroCode.IMMEDIATE;
import static io.bpf4j.vm.engine.MicroCode.LESS;
import static io.bpf4j.vm.engine.MicroCode.LESS_OR_EQUAL;
import static io.bpf4j.vm.engine.MicroCode.LOAD;
import static io.bpf4j.vm.engine.MicroCode.LOAD_FUNCTION;
import static io.bpf4j.vm.engine.MicroCode.LOAD_NUMBER;
import static io.bpf4j.vm.engine.MicroCode.LOAD_SIGNED;
import static io.bpf4j.vm.engine.MicroCode.MODULO;
import static io.bpf4j.vm.engine.MicroCode.MOVE;
import static io.bpf4j.vm.engine.MicroCode.MULTIPLY;
import static io.bpf4j.vm.engine.MicroCode.NARROW;
import static io.bpf4j.vm.engine.MicroCode.NEGATE;
import static io.bpf4j.vm.engine.MicroCode.NOT_EQUAL;
import static io.bpf4j.vm.engine.MicroCode.OR;
import static io.bpf4j.vm.engine.MicroCode.SHIFT_LEFT;
import static io.bpf4j.vm.engine.MicroCode.SHIFT_RIGHT;
import static io.bpf4j.vm.engine.MicroCode.SHIFT_RIGHT_SIGNED;
import static io.bpf4j.vm.engine.MicroCode.SIGNED_DIVIDE;
import static io.bpf4j.vm.engine.MicroCode.SIGNED_GREATER;
import static io.bpf4j.vm.engine.MicroCode.SIGNED_GREATER_OR_EQUAL;
import static io.bpf4j.vm.engine.MicroCode.SIGNED_LESS;
import static io.bpf4j.vm.engine.MicroCode.SIGNED_LESS_OR_EQUAL;
import static io.bpf4j.vm.engine.MicroCode.SIGNED_MODULO;
import static io.bpf4j.vm.engine.MicroCode.SIGN_EXTEND;
import static io.bpf4j.vm.engine.MicroCode.STORE;
import static io.bpf4j.vm.engine.MicroCode.SUBTRACT;
import static io.bpf4j.vm.engine.MicroCode.SWAP;
import static io.bpf4j.vm.engine.MicroCode.WIDE;
import static io.bpf4j.vm.engine.MicroCode.WORD;
import static io.bpf4j.vm.engine.MicroCode.XOR;
import static io.bpf4j.vm.isa.Arithmetic.apply;

import io.bpf4j.vm.engine.TrapException.Kind;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Arithmetic;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Insn.ByteSwap.Order;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.memory.MemoryFaultException;
import java.nio.ByteBuffer;

/** One interpreted program: the loop itself. */
final class InterpretedProgram implements Executable {

    private static final long LOW = 0xffff_ffffL;
    /** Registers, and the immediate of the current instruction; a power of two, so that no index needs a check. */
    private static final int REGISTERS = 16;
    private static final Order[] ORDERS = Order.values();

    private final PreparedProgram prepared;
    private final Machine machine;
    private final Checking checking;
    private final boolean checked;
    private final long[] code;
    private final Memory memory;
    private final ByteBuffer buffer;

    InterpretedProgram(PreparedProgram prepared, Machine machine, Checking checking) {
        this.prepared = prepared;
        this.machine = machine;
        this.checking = checking;
        this.checked = checking == Checking.FULL;
        this.code = MicroCode.of(prepared.flow().instructions());
        this.memory = machine.memory();
        this.buffer = memory.buffer();
    }

    @Override
    public long run(Execution execution, long first, long second) {
        long[] registers = new long[REGISTERS];
        registers[1] = first;
        registers[2] = second;
        return interpret(execution, registers, 0, execution.begin(this, checking));
    }

    @Override
    public long continueRun(Execution execution, long context) {
        long[] registers = new long[REGISTERS];
        registers[1] = context;
        return interpret(execution, registers, 0, execution.frame());
    }

    @Override
    public long callFunction(Execution execution, int slot, long first, long second, long third,
            long fourth) {
        if (prepared.flow().functions().stream().noneMatch(function -> function.start() == slot)) {
            throw new Fault(Kind.BAD_ARGUMENT, "no function starts at slot " + slot);
        }
        long[] registers = new long[REGISTERS];
        registers[1] = first;
        registers[2] = second;
        registers[3] = third;
        registers[4] = fourth;
        return enter(execution, registers, slot);
    }

    /** Runs a function in a frame of its own, with the arguments in R1 to R5 of the registers. */
    private long enter(Execution execution, long[] registers, int slot) {
        long result = interpret(execution, registers, slot, execution.enter());
        execution.leave();
        return result;
    }

    @SuppressWarnings("checkstyle:MethodLength") // one switch: HotSpot makes it a jump table and keeps r in one place
    private long interpret(Execution execution, long[] arguments, int start, long frame) {
        long[] r = new long[REGISTERS];
        System.arraycopy(arguments, 1, r, 1, 5);
        r[10] = frame;
        int pc = start;
        try {
            while (true) {
                long word = code[pc++];
                int dst = (int) (word >>> 8) & 15;
                int src = (int) (word >>> 12) & 15;
                r[IMMEDIATE] = word >> 32;
                switch ((int) word & 0xff) {
                    case WIDE + ADD -> r[dst] += r[src];
                    case WIDE + SUBTRACT -> r[dst] -= r[src];
                    case WIDE + MULTIPLY -> r[dst] *= r[src];
                    case WIDE + OR -> r[dst] |= r[src];
                    case WIDE + AND -> r[dst] &= r[src];
                    case WIDE + XOR -> r[dst] ^= r[src];
                    case WIDE + SHIFT_LEFT -> r[dst] <<= r[src];
                    case WIDE + SHIFT_RIGHT -> r[dst] >>>= r[src];
                    case WIDE + SHIFT_RIGHT_SIGNED -> r[dst] >>= r[src];
                    case WIDE + MOVE -> r[dst] = r[src];
                    case WIDE + DIVIDE -> r[dst] = apply(AluOperation.DIVIDE, true, r[dst], r[src]);
                    case WIDE + SIGNED_DIVIDE ->
                        r[dst] = apply(AluOperation.SIGNED_DIVIDE, true, r[dst], r[src]);
                    case WIDE + MODULO -> r[dst] = apply(AluOperation.MODULO, true, r[dst], r[src]);
                    case WIDE + SIGNED_MODULO ->
                        r[dst] = apply(AluOperation.SIGNED_MODULO, true, r[dst], r[src]);
                    case NARROW + ADD -> r[dst] = (r[dst] + r[src]) & LOW;
                    case NARROW + SUBTRACT -> r[dst] = (r[dst] - r[src]) & LOW;
                    case NARROW + MULTIPLY -> r[dst] = r[dst] * r[src] & LOW;
                    case NARROW + OR -> r[dst] = (r[dst] | r[src]) & LOW;
                    case NARROW + AND -> r[dst] = (r[dst] & r[src]) & LOW;
                    case NARROW + XOR -> r[dst] = (r[dst] ^ r[src]) & LOW;
                    case NARROW + SHIFT_LEFT -> r[dst] = ((int) r[dst] << (int) r[src]) & LOW;
                    case NARROW + SHIFT_RIGHT -> r[dst] = ((int) r[dst] >>> (int) r[src]) & LOW;
                    case NARROW + SHIFT_RIGHT_SIGNED -> r[dst] = ((int) r[dst] >> (int) r[src]) & LOW;
                    case NARROW + MOVE -> r[dst] = r[src] & LOW;
                    case NARROW + DIVIDE -> r[dst] = apply(AluOperation.DIVIDE, false, r[dst], r[src]);
                    case NARROW + SIGNED_DIVIDE ->
                        r[dst] = apply(AluOperation.SIGNED_DIVIDE, false, r[dst], r[src]);
                    case NARROW + MODULO -> r[dst] = apply(AluOperation.MODULO, false, r[dst], r[src]);
                    case NARROW + SIGNED_MODULO ->
                        r[dst] = apply(AluOperation.SIGNED_MODULO, false, r[dst], r[src]);
                    case BRANCH + WIDE + EQUAL -> pc = r[dst] == r[src] ? jump(execution, pc, word) : pc;
                    case BRANCH + WIDE + NOT_EQUAL -> pc = r[dst] != r[src] ? jump(execution, pc, word) : pc;
                    case BRANCH + WIDE + ANY_BIT ->
                        pc = (r[dst] & r[src]) != 0 ? jump(execution, pc, word) : pc;
                    case BRANCH + WIDE + GREATER ->
                        pc = Long.compareUnsigned(r[dst], r[src]) > 0 ? jump(execution, pc, word) : pc;
                    case BRANCH + WIDE + GREATER_OR_EQUAL ->
                        pc = Long.compareUnsigned(r[dst], r[src]) >= 0 ? jump(execution, pc, word) : pc;
                    case BRANCH + WIDE + LESS ->
                        pc = Long.compareUnsigned(r[dst], r[src]) < 0 ? jump(execution, pc, word) : pc;
                    case BRANCH + WIDE + LESS_OR_EQUAL ->
                        pc = Long.compareUnsigned(r[dst], r[src]) <= 0 ? jump(execution, pc, word) : pc;
                    case BRANCH + WIDE + SIGNED_GREATER ->
                        pc = r[dst] > r[src] ? jump(execution, pc, word) : pc;
                    case BRANCH + WIDE + SIGNED_GREATER_OR_EQUAL ->
                        pc = r[dst] >= r[src] ? jump(execution, pc, word) : pc;
                    case BRANCH + WIDE + SIGNED_LESS -> pc = r[dst] < r[src] ? jump(execution, pc, word) : pc;
                    case BRANCH + WIDE + SIGNED_LESS_OR_EQUAL ->
                        pc = r[dst] <= r[src] ? jump(execution, pc, word) : pc;
                    case BRANCH + NARROW + EQUAL ->
                        pc = (int) r[dst] == (int) r[src] ? jump(execution, pc, word) : pc;
                    case BRANCH + NARROW + NOT_EQUAL ->
                        pc = (int) r[dst] != (int) r[src] ? jump(execution, pc, word) : pc;
                    case BRANCH + NARROW + ANY_BIT ->
                        pc = ((int) r[dst] & (int) r[src]) != 0 ? jump(execution, pc, word) : pc;
                    case BRANCH + NARROW + GREATER ->
                        pc = Integer.compareUnsigned((int) r[dst], (int) r[src]) > 0
                                ? jump(execution, pc, word)
                                : pc;
                    case BRANCH + NARROW + GREATER_OR_EQUAL ->
                        pc = Integer.compareUnsigned((int) r[dst], (int) r[src]) >= 0
                                ? jump(execution, pc, word)
                                : pc;
                    case BRANCH + NARROW + LESS ->
                        pc = Integer.compareUnsigned((int) r[dst], (int) r[src]) < 0
                                ? jump(execution, pc, word)
                                : pc;
                    case BRANCH + NARROW + LESS_OR_EQUAL ->
                        pc = Integer.compareUnsigned((int) r[dst], (int) r[src]) <= 0
                                ? jump(execution, pc, word)
                                : pc;
                    case BRANCH + NARROW + SIGNED_GREATER ->
                        pc = (int) r[dst] > (int) r[src] ? jump(execution, pc, word) : pc;
                    case BRANCH + NARROW + SIGNED_GREATER_OR_EQUAL ->
                        pc = (int) r[dst] >= (int) r[src] ? jump(execution, pc, word) : pc;
                    case BRANCH + NARROW + SIGNED_LESS ->
                        pc = (int) r[dst] < (int) r[src] ? jump(execution, pc, word) : pc;
                    case BRANCH + NARROW + SIGNED_LESS_OR_EQUAL ->
                        pc = (int) r[dst] <= (int) r[src] ? jump(execution, pc, word) : pc;
                    case LOAD + BYTE -> r[dst] = buffer.get(at(execution, r[src], word, 1)) & 0xffL;
                    case LOAD + HALF ->
                        r[dst] = (short) Memory.SHORTS.get(buffer, at(execution, r[src], word, 2)) & 0xffffL;
                    case LOAD + WORD ->
                        r[dst] = (int) Memory.INTS.get(buffer, at(execution, r[src], word, 4)) & LOW;
                    case LOAD + DOUBLE ->
                        r[dst] = (long) Memory.LONGS.get(buffer, at(execution, r[src], word, 8));
                    case LOAD_SIGNED + BYTE -> r[dst] = buffer.get(at(execution, r[src], word, 1));
                    case LOAD_SIGNED + HALF ->
                        r[dst] = (short) Memory.SHORTS.get(buffer, at(execution, r[src], word, 2));
                    case LOAD_SIGNED + WORD ->
                        r[dst] = (int) Memory.INTS.get(buffer, at(execution, r[src], word, 4));
                    case STORE + BYTE -> buffer.put(into(execution, r[dst], word, 1), (byte) r[src]);
                    case STORE + HALF ->
                        Memory.SHORTS.set(buffer, into(execution, r[dst], word, 2), (short) r[src]);
                    case STORE + WORD ->
                        Memory.INTS.set(buffer, into(execution, r[dst], word, 4), (int) r[src]);
                    case STORE + DOUBLE -> Memory.LONGS.set(buffer, into(execution, r[dst], word, 8), r[src]);
                    case MicroCode.JUMP -> pc = wideJump(execution, pc, (int) (word >> 32));
                    case LOAD_NUMBER -> r[dst] = number(word, pc++);
                    case LOAD_FUNCTION ->
                        r[dst] = Execution.FUNCTION_ADDRESS + pc++ + (int) (word >> 32);
                    case SIGN_EXTEND -> r[dst] = signExtend(word, r[src]);
                    case NEGATE -> r[dst] = Arithmetic.negate((word & 1 << 16) != 0, r[dst]);
                    case SWAP ->
                        r[dst] = Arithmetic.swap(ORDERS[(int) (word >> 16) & 3], (int) (word >> 32), r[dst]);
                    case ATOMIC -> atomic(execution, word, r, dst, src);
                    case CALL_HELPER -> {
                        Executable next = helper(execution, (int) (word >> 32), r);
                        if (next != null) {
                            return Tails.goOn(execution, next, r[1]);
                        }
                    }
                    case CALL_FUNCTION -> r[0] = enter(execution, r, pc + (int) (word >> 32));
                    case EXIT -> {
                        return r[0];
                    }
                    default -> throw Fault.unsupported(prepared.flow().instructions().at(pc - 1));
                }
            }
        } catch (Fault fault) {
            throw TrapException.at(prepared.program(), pc - 1, fault.kind(), fault.getMessage());
        } catch (MemoryFaultException fault) {
            throw TrapException.at(prepared.program(), pc - 1, Kind.OUT_OF_BOUNDS, fault.getMessage());
        }
    }

    private int jump(Execution execution, int pc, long word) {
        return wideJump(execution, pc, (short) (word >> 16));
    }

    private int wideJump(Execution execution, int pc, int distance) {
        if (checked && distance < 0) {
            execution.spend(-distance);
        }
        return pc + distance;
    }

    /** Returns where an access reads. */
    private int at(Execution execution, long base, long word, int bytes) {
        long address = base + (short) (word >> 16);
        return checked ? execution.locate(address, bytes, false) : memory.index(address, bytes);
    }

    /** Returns where an access writes. */
    private int into(Execution execution, long base, long word, int bytes) {
        long address = base + (short) (word >> 16);
        return checked ? execution.locate(address, bytes, true) : memory.index(address, bytes);
    }

    private long number(long word, int next) {
        return code[next] & ~LOW | word >>> 32;
    }

    private static long signExtend(long word, long value) {
        long extended = Arithmetic.extend((int) (word >> 32), true, value);
        return (word & 1 << 16) != 0 ? extended : extended & LOW;
    }

    private void atomic(Execution execution, long word, long[] r, int base, int src) {
        int flags = (int) (word >> 32);
        boolean wide = (flags & 1) != 0;
        long address = r[base] + (short) (word >> 16);
        int index = execution.locateAtomic(address, wide ? 8 : 4);
        AtomicOperation operation = MicroCode.atomicOperation(flags);
        long old = wide
                ? Atomics.applyLong(buffer, index, operation, r[src], r[0])
                : Atomics.applyInt(buffer, index, operation, (int) r[src], (int) r[0]) & LOW;
        if (operation == AtomicOperation.COMPARE_EXCHANGE) {
            r[0] = old;
        } else if ((flags & 2) != 0) {
            r[src] = old;
        }
    }

    /** Calls a helper; returns a program to go on with instead, or null. */
    private Executable helper(Execution execution, int id, long[] r) {
        if (id == Tails.TAIL_CALL) {
            return Tails.target(execution, r[2], r[3]);
        }
        r[0] = machine.helpers().find(id).call(execution, r[1], r[2], r[3], r[4], r[5]);
        return null;
    }
}
