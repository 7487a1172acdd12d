package io.bpf4j.vm.engine;

import static io.bpf4j.vm.engine.MicroCode.ATOMIC;
import static io.bpf4j.vm.engine.MicroCode.CALL_FUNCTION;
import static io.bpf4j.vm.engine.MicroCode.CALL_HELPER;
import static io.bpf4j.vm.engine.MicroCode.EXIT;
import static io.bpf4j.vm.engine.MicroCode.LOAD_FUNCTION;
import static io.bpf4j.vm.engine.MicroCode.SWAP;

import io.bpf4j.vm.engine.TrapException.Kind;
import io.bpf4j.vm.isa.Arithmetic;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.ByteSwap.Order;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Operand.Immediate;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.memory.MemoryFaultException;
import java.nio.ByteBuffer;

/** One interpreted program: all that the inner loop leaves to it. */
final class InterpretedProgram implements Executable {

    private static final long LOW = 0xffff_ffffL;
    private static final Order[] ORDERS = Order.values();

    private final PreparedProgram prepared;
    private final Machine machine;
    private final Checking checking;
    private final long[] code;
    private final long[] fused;
    private final Memory memory;
    private final ByteBuffer buffer;

    InterpretedProgram(PreparedProgram prepared) {
        this.prepared = prepared;
        this.machine = prepared.machine();
        this.checking = prepared.checking();
        this.code = MicroCode.of(prepared.flow().instructions());
        this.fused = FusedCode.of(code, prepared.flow().instructions());
        this.memory = machine.memory();
        this.buffer = memory.buffer();
    }

    @Override
    public long run(Execution execution, long first, long second) {
        long[] registers = new long[InnerLoop.REGISTERS];
        registers[1] = first;
        registers[2] = second;
        return interpret(execution, registers, 0, execution.begin(this, checking));
    }

    @Override
    public long continueRun(Execution execution, long context) {
        long[] registers = new long[InnerLoop.REGISTERS];
        registers[1] = context;
        return interpret(execution, registers, 0, execution.frame());
    }

    @Override
    public long callFunction(Execution execution, int slot, long first, long second, long third,
            long fourth) {
        if (prepared.flow().functions().stream().noneMatch(function -> function.start() == slot)) {
            throw new Fault(Kind.BAD_ARGUMENT, "no function starts at slot " + slot);
        }
        long[] registers = new long[InnerLoop.REGISTERS];
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

    private long interpret(Execution execution, long[] arguments, int start, long frame) {
        long[] r = new long[InnerLoop.REGISTERS];
        System.arraycopy(arguments, 1, r, 1, 5);
        r[10] = frame;
        int pc = start;
        try {
            while (true) {
                pc = InnerLoop.run(fused, buffer, execution, r, pc);
                long word = code[pc];
                int dst = (int) word >>> 8 & 15;
                int src = (int) word >>> 12 & 15;
                switch ((int) word & 0xff) {
                    case LOAD_FUNCTION -> {
                        r[dst] = Execution.FUNCTION_ADDRESS + pc + 1 + (int) (word >> 32);
                        pc++;
                    }
                    case SWAP ->
                        r[dst] = Arithmetic.swap(ORDERS[(int) word >> 16 & 3], (int) (word >> 32), r[dst]);
                    case ATOMIC -> atomic(execution, word, r, dst, src);
                    case CALL_HELPER -> {
                        Executable next = helper(execution, (int) (word >> 32), r);
                        if (next != null) {
                            return Tails.goOn(execution, next, r[1]);
                        }
                    }
                    case CALL_FUNCTION -> r[0] = enter(execution, r, pc + 1 + (int) (word >> 32));
                    case EXIT -> {
                        return r[0];
                    }
                    default -> slowly(execution, prepared.flow().instructions().at(pc), r);
                }
                pc++;
            }
        } catch (Fault fault) {
            throw TrapException.at(prepared.program(), pc, fault.kind(), fault.getMessage());
        } catch (MemoryFaultException fault) {
            throw TrapException.at(prepared.program(), pc, Kind.OUT_OF_BOUNDS, fault.getMessage());
        }
    }

    /** Does what the inner loop would do if it could see at once that it may. */
    private void slowly(Execution execution, Insn insn, long[] r) {
        switch (insn) {
            case Load load -> {
                long address = r[load.base().number()] + load.offset();
                locate(execution, address, load.width().bytes(), false);
                long value = memory.load(load.width(), address);
                r[load.dst().number()] = load.signed()
                        ? Arithmetic.extend(load.width().bytes() * Byte.SIZE, true, value)
                        : value;
            }
            case Store store -> {
                long address = r[store.base().number()] + store.offset();
                locate(execution, address, store.width().bytes(), true);
                memory.store(store.width(), address, value(store.value(), r));
            }
            // The inner loop stops at jumps only if the budget is used up.
            case Jump jump -> execution.spend(-jump.distance());
            case Branch branch -> execution.spend(-branch.distance());
            default -> throw Fault.unsupported(insn);
        }
    }

    private static long value(Operand operand, long[] r) {
        return switch (operand) {
            case Register register -> r[register.number()];
            case Immediate immediate -> immediate.value();
        };
    }

    private void locate(Execution execution, long address, int bytes, boolean write) {
        if (checking == Checking.FULL) {
            execution.locate(address, bytes, write);
        }
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
