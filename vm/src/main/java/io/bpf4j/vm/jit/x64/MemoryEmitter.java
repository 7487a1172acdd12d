package io.bpf4j.vm.jit.x64;

import static io.bpf4j.vm.jit.x64.Registers.SCRATCH;
import static io.bpf4j.vm.jit.x64.Registers.SCRATCH_2;
import static io.bpf4j.vm.jit.x64.Registers.SCRATCH_3;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.jit.x64.Runtime.Access;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.ConditionCode;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.OperandSize;
import io.bpf4j.vm.x64.X64Assembler;

/** Emits loads, stores and atomic operations. */
final class MemoryEmitter {

    private final Emission emission;
    private final X64Assembler code;

    MemoryEmitter(Emission emission) {
        this.emission = emission;
        this.code = emission.code;
    }

    void load(Load load) {
        load(load, emission.access(Access.READ, load.width(), load.base(), load.offset()));
    }

    /** Loads from an operand in place of the instruction's own. */
    void load(Load load, Memory from) {
        Gpr dst = Registers.of(load.dst());
        OperandSize size = Emission.size(load.width());
        if (load.signed()) {
            code.movsx(QWORD, dst, size, from);
        } else {
            code.movzx(dst, size, from);
        }
    }

    void store(Store store) {
        store(store, emission.access(Access.WRITE, store.width(), store.base(), store.offset()));
    }

    /** Stores to an operand in place of the instruction's own. */
    void store(Store store, Memory to) {
        OperandSize size = Emission.size(store.width());
        switch (store.value()) {
            case Register register -> code.mov(size, to, Registers.of(register));
            case Operand.Immediate(int value) -> code.mov(size, to, size == OperandSize.BYTE
                    ? (byte) value
                    : size == OperandSize.WORD ? (short) value : value);
        }
    }

    void atomic(Atomic atomic) {
        Memory place = emission.access(Access.ATOMIC, atomic.width(), atomic.base(), atomic.offset());
        OperandSize size = Emission.size(atomic.width());
        Gpr src = Registers.of(atomic.src());
        switch (atomic.operation()) {
            case EXCHANGE -> code.xchg(size, place, src);
            case COMPARE_EXCHANGE -> {
                code.lockCmpxchg(size, place, src);
                if (atomic.width() == Width.WORD) {
                    code.mov(DWORD, Gpr.RAX, Gpr.RAX); // the processor leaves the upper half where they were equal
                }
            }
            case ADD -> {
                if (atomic.fetch()) {
                    code.lockXadd(size, place, src);
                } else {
                    code.lock(Alu.ADD, size, place, src);
                }
            }
            default -> {
                if (atomic.fetch()) {
                    fetchInLoop(logic(atomic.operation()), size, place, src);
                } else {
                    code.lock(logic(atomic.operation()), size, place, src);
                }
            }
        }
    }

    private static Alu logic(AtomicOperation operation) {
        return switch (operation) {
            case OR -> Alu.OR;
            case AND -> Alu.AND;
            default -> Alu.XOR;
        };
    }

    /** No instruction fetches and does logic, so compare and exchange until nobody was in between. */
    private void fetchInLoop(Alu operation, OperandSize size, Memory place, Gpr src) {
        code.lea(QWORD, SCRATCH, place);
        Memory target = Memory.at(SCRATCH);
        code.mov(QWORD, SCRATCH_2, Gpr.RAX);
        Gpr operand = src == Gpr.RAX ? SCRATCH_2 : src;
        code.mov(size, Gpr.RAX, target);
        Label again = code.here();
        code.mov(QWORD, SCRATCH_3, Gpr.RAX);
        code.alu(operation, size, SCRATCH_3, operand);
        code.lockCmpxchg(size, target, SCRATCH_3);
        code.jcc(ConditionCode.NE, again);
        if (src != Gpr.RAX) {
            code.mov(size, src, Gpr.RAX);
            code.mov(QWORD, Gpr.RAX, SCRATCH_2);
        } else if (size == DWORD) {
            code.mov(DWORD, Gpr.RAX, Gpr.RAX);
        }
    }
}
