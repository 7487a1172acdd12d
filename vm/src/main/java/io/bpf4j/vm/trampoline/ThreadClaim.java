package io.bpf4j.vm.trampoline;

import static io.bpf4j.vm.x64.Gpr.R10;
import static io.bpf4j.vm.x64.Gpr.R11;
import static io.bpf4j.vm.x64.Gpr.R12;
import static io.bpf4j.vm.x64.Gpr.R8;
import static io.bpf4j.vm.x64.Gpr.R9;
import static io.bpf4j.vm.x64.Gpr.RAX;
import static io.bpf4j.vm.x64.Gpr.RBX;
import static io.bpf4j.vm.x64.Gpr.RCX;
import static io.bpf4j.vm.x64.Gpr.RDI;
import static io.bpf4j.vm.x64.Gpr.RDX;
import static io.bpf4j.vm.x64.Gpr.RSI;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.ConditionCode;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.Shift;
import io.bpf4j.vm.x64.X64Assembler;
import java.util.List;

/**
 * Emits the routine by which a thread gets a block at its first hit, and a shard of the per-CPU maps with it.
 *
 * <p>A block is taken by setting {@link BlockField#OWNER}, and ready when {@link ThreadBlock#KEY} is set too: a signal
 * handler that comes between finds no block. A block of a thread that has ended, which the kernel knows, is taken over.
 */
final class ThreadClaim {

    private static final int GETPID = 39;
    private static final int TKILL = 200;
    /** ESRCH. */
    private static final int NO_SUCH_THREAD = 3;
    /** How many blocks a thread tries. */
    private static final int WINDOW = 16;
    private static final List<Gpr> SAVED = List.of(RBX, RDX, RSI, RDI, R8, R9, R10, R11, RAX, RCX);

    private final X64Assembler code;
    private final TargetLayout target;
    private final Label failed;
    private final Label done;

    ThreadClaim(X64Assembler code, TargetLayout target) {
        this.code = code;
        this.target = target;
        this.failed = code.label("no block");
        this.done = code.label("claimed");
    }

    /**
     * Emits the routine: the thread's id in rcx; r12 becomes its block and the zero flag is set, or it is clear if
     * there is none. Keeps all other registers.
     */
    Label emit() {
        Label start = code.label("claim");
        code.bind(start);
        SAVED.forEach(code::push);
        code.mov(DWORD, RBX, RCX);
        Label taken = code.label("owner set");
        find(taken);
        code.bind(taken);
        shard();
        initialise();
        code.bind(done);
        SAVED.reversed().forEach(code::pop);
        code.alu(Alu.CMP, DWORD, RCX, RCX);
        code.plain(Plain.RET);
        code.bind(failed);
        SAVED.reversed().forEach(code::pop);
        code.test(QWORD, Gpr.RSP, Gpr.RSP);
        code.plain(Plain.RET);
        return start;
    }

    /** Looks for the thread's own block, a free one, or a dead thread's; r12 is set at the end. */
    private void find(Label taken) {
        Label next = code.label();
        Label own = code.label();
        code.alu(Alu.XOR, DWORD, R9, R9);
        code.bind(next);
        block();
        code.alu(Alu.CMP, DWORD, owner(), RBX);
        code.jcc(ConditionCode.E, own);
        code.alu(Alu.XOR, DWORD, RAX, RAX);
        code.lockCmpxchg(DWORD, owner(), RBX);
        code.jcc(ConditionCode.E, taken);
        code.alu(Alu.ADD, DWORD, R9, 1);
        code.alu(Alu.CMP, DWORD, R9, WINDOW);
        code.jcc(ConditionCode.B, next);
        takeOver(taken);
        code.jmp(failed);
        code.bind(own);
        code.alu(Alu.CMP, QWORD, ThreadBlock.KEY.operand(), RBX);
        code.jcc(ConditionCode.E, done);
        code.jmp(failed);
    }

    private void takeOver(Label taken) {
        Label next = code.label();
        Label alive = code.label();
        code.alu(Alu.XOR, DWORD, R9, R9);
        code.bind(next);
        block();
        code.mov(DWORD, RDX, owner());
        gone(RDX, alive);
        code.lockCmpxchg(DWORD, owner(), RBX);
        code.jcc(ConditionCode.E, taken);
        code.bind(alive);
        code.alu(Alu.ADD, DWORD, R9, 1);
        code.alu(Alu.CMP, DWORD, R9, WINDOW);
        code.jcc(ConditionCode.B, next);
    }

    /** Sets r12 to the block that lies r9 further than the thread's first choice. */
    private void block() {
        code.lea(DWORD, R12, Memory.indexed(RBX, R9, 1, 0));
        code.alu(Alu.AND, DWORD, R12, target.slotCount() - 1);
        code.shift(Shift.SHL, QWORD, R12, Integer.numberOfTrailingZeros(target.slotBytes()));
        code.loadImmediate(RAX, target.slots());
        code.alu(Alu.ADD, QWORD, R12, RAX);
    }

    private static Memory owner() {
        return BlockField.OWNER.operand();
    }

    /** Goes elsewhere if there is a thread of an id; else sets eax to the id. Changes rcx, rdi, rsi, r10, r11. */
    private void gone(Gpr id, Label alive) {
        code.mov(DWORD, RDI, id);
        code.alu(Alu.XOR, DWORD, RSI, RSI);
        code.loadImmediate(RAX, TKILL);
        code.plain(Plain.SYSCALL);
        code.alu(Alu.CMP, DWORD, RAX, -NO_SUCH_THREAD);
        code.jcc(ConditionCode.NE, alive);
        code.mov(DWORD, RAX, id);
    }

    /** Gives the thread a shard: one that it had, one that nobody has, or a dead thread's; r8 is its number. */
    private void shard() {
        Label found = code.label("shard");
        Label none = code.label("no shard");
        code.loadImmediate(R10, target.shardOwners());
        Label next = code.label();
        code.alu(Alu.XOR, DWORD, R8, R8);
        code.bind(next);
        code.alu(Alu.CMP, DWORD, shardOwner(), RBX);
        code.jcc(ConditionCode.E, found);
        code.alu(Alu.XOR, DWORD, RAX, RAX);
        code.lockCmpxchg(DWORD, shardOwner(), RBX);
        code.jcc(ConditionCode.E, found);
        code.alu(Alu.ADD, DWORD, R8, 1);
        code.alu(Alu.CMP, DWORD, R8, target.shardCount());
        code.jcc(ConditionCode.B, next);
        takeOverShard(found);
        code.bind(none);
        code.mov(DWORD, owner(), 0);
        code.jmp(failed);
        code.bind(found);
    }

    private void takeOverShard(Label found) {
        Label next = code.label();
        Label alive = code.label();
        code.alu(Alu.XOR, DWORD, R8, R8);
        code.bind(next);
        code.mov(DWORD, RDX, shardOwner());
        gone(RDX, alive);
        code.lockCmpxchg(DWORD, shardOwner(), RBX);
        code.jcc(ConditionCode.E, found);
        code.bind(alive);
        code.alu(Alu.ADD, DWORD, R8, 1);
        code.alu(Alu.CMP, DWORD, R8, target.shardCount());
        code.jcc(ConditionCode.B, next);
    }

    private static Memory shardOwner() {
        return Memory.indexed(R10, R8, Integer.BYTES, 0);
    }

    private void initialise() {
        code.mov(DWORD, ThreadBlock.BUSY.operand(), 0);
        code.mov(DWORD, ThreadBlock.SHARD.operand(), R8);
        code.loadImmediate(RAX, ThreadLookup.GETTID);
        code.plain(Plain.SYSCALL);
        code.mov(DWORD, RSI, RAX);
        code.loadImmediate(RAX, GETPID);
        code.plain(Plain.SYSCALL);
        code.mov(DWORD, ThreadBlock.OWN_PID.operand(), RAX);
        code.shift(Shift.SHL, QWORD, RAX, Integer.SIZE);
        code.alu(Alu.OR, QWORD, RAX, RSI);
        code.mov(QWORD, ThreadBlock.PID_TGID.operand(), RAX);
        code.plain(Plain.RDTSC);
        code.shift(Shift.SHL, QWORD, RDX, Integer.SIZE);
        code.alu(Alu.OR, QWORD, RAX, RDX);
        code.alu(Alu.XOR, QWORD, RAX, RBX);
        code.alu(Alu.OR, QWORD, RAX, 1); // a generator of random numbers must not start with zero
        code.mov(QWORD, ThreadBlock.RANDOM.operand(), RAX);
        code.mov(QWORD, ThreadBlock.KEY.operand(), RBX);
    }
}
