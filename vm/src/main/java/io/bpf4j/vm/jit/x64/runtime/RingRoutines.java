package io.bpf4j.vm.jit.x64.runtime;

import static io.bpf4j.vm.x64.Gpr.R10;
import static io.bpf4j.vm.x64.Gpr.R11;
import static io.bpf4j.vm.x64.Gpr.R8;
import static io.bpf4j.vm.x64.Gpr.R9;
import static io.bpf4j.vm.x64.Gpr.RAX;
import static io.bpf4j.vm.x64.Gpr.RCX;
import static io.bpf4j.vm.x64.Gpr.RDI;
import static io.bpf4j.vm.x64.Gpr.RDX;
import static io.bpf4j.vm.x64.Gpr.RSI;
import static io.bpf4j.vm.x64.OperandSize.BYTE;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.map.layout.RingDescriptor;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.ConditionCode;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.Shift;
import io.bpf4j.vm.x64.Unary;
import io.bpf4j.vm.x64.X64Assembler;

/** The producers' side of one ring: {@link io.bpf4j.vm.map.RingMap} as machine code. */
final class RingRoutines {

    private static final int NO_WAKEUP = 1;
    private static final int FORCE_WAKEUP = 2;
    private static final int FUTEX = 202;
    private static final int FUTEX_WAKE = 1;

    private final X64Assembler code;
    private final CopyRoutines copies;
    private final MapPlan plan;
    private final int size;
    private final int sizeBits;
    private final long ring;
    private final long data;

    RingRoutines(X64Assembler code, CopyRoutines copies, MapPlan plan, long arena) {
        this.code = code;
        this.copies = copies;
        this.plan = plan;
        this.ring = arena + plan.own();
        this.data = arena + plan.values();
        this.size = sizeOf(plan);
        this.sizeBits = Integer.numberOfTrailingZeros(size);
    }

    private static int sizeOf(MapPlan plan) {
        return switch (plan.spec().kind()) {
            case RINGBUF -> plan.spec().maxEntries();
            default -> RingDescriptor.PERF_RING_BYTES;
        };
    }

    /** Jumps to a place if the record in rdi is in this ring; rax and rcx change. */
    void jumpIfHere(Label place) {
        code.loadImmediate(RCX, data);
        code.mov(QWORD, RAX, RDI);
        code.alu(Alu.SUB, QWORD, RAX, RCX);
        code.alu(Alu.CMP, QWORD, RAX, size);
        code.jcc(ConditionCode.B, place);
    }

    /** bpf_ringbuf_reserve(map, length, flags). */
    void reserve() {
        Label nothing = code.label();
        code.test(QWORD, RDX, RDX);
        code.jcc(ConditionCode.NE, nothing);
        claim(nothing);
    }

    /** Claims rsi bytes: rax is the record's address or 0; rdi, rcx, rdx and r8 to r11 change. */
    private void claim(Label nothing) {
        Label dropped = code.label();
        Label taken = code.label();
        Label full = code.label();
        Label wrap = code.label();
        code.alu(Alu.CMP, QWORD, RSI, size - 2L * RingDescriptor.HEADER);
        code.jcc(ConditionCode.A, dropped);
        code.lea(QWORD, R8, Memory.at(RSI, RingDescriptor.HEADER + 7));
        code.alu(Alu.AND, QWORD, R8, -8);
        code.loadImmediate(R9, ring);
        Label again = code.here();
        code.mov(QWORD, R10, Memory.at(R9, RingDescriptor.PRODUCER));
        code.mov(DWORD, RCX, R10);
        code.alu(Alu.AND, DWORD, RCX, size - 1);
        code.loadImmediate(R11, data);
        code.alu(Alu.ADD, QWORD, R11, RCX);
        code.mov(QWORD, RAX, Memory.at(R11));
        code.mov(QWORD, RDI, R10);
        code.shift(Shift.SHR, QWORD, RDI, sizeBits);
        code.shift(Shift.SHL, QWORD, RDI, 33);
        code.shift(Shift.SHR, QWORD, RDI, 1);
        code.alu(Alu.CMP, QWORD, RAX, RDI);
        code.jcc(ConditionCode.NE, taken);
        code.unary(Unary.NEG, DWORD, RCX);
        code.alu(Alu.ADD, DWORD, RCX, size);
        code.mov(DWORD, RDX, R8);
        code.alu(Alu.CMP, DWORD, RDX, RCX);
        code.cmov(ConditionCode.A, DWORD, RDX, RCX);
        code.lea(QWORD, RDI, Memory.indexed(R10, RDX, 1, 0));
        code.alu(Alu.SUB, QWORD, RDI, Memory.at(R9, RingDescriptor.CONSUMER));
        code.alu(Alu.CMP, QWORD, RDI, size - 1L);
        code.jcc(ConditionCode.G, full);
        code.mov(DWORD, RDI, ThreadBlock.SHARD.operand());
        code.alu(Alu.OR, DWORD, RDI, Integer.MIN_VALUE);
        code.shift(Shift.SHL, QWORD, RDI, 32);
        code.alu(Alu.CMP, DWORD, R8, RCX);
        code.jcc(ConditionCode.A, wrap);
        code.mov(DWORD, RCX, RSI);
        code.alu(Alu.OR, DWORD, RCX, RingDescriptor.BUSY);
        code.alu(Alu.OR, QWORD, RDI, RCX);
        code.lockCmpxchg(QWORD, Memory.at(R11), RDI);
        code.jcc(ConditionCode.NE, again);
        advanceBy(R8);
        code.lea(QWORD, RAX, Memory.at(R11, RingDescriptor.HEADER));
        code.plain(Plain.RET);
        claimSeldom(again, taken, full, wrap);
        code.bind(dropped);
        code.loadImmediate(R9, ring);
        code.lock(Unary.INC, QWORD, Memory.at(R9, RingDescriptor.DROPPED));
        code.bind(nothing);
        code.alu(Alu.XOR, DWORD, RAX, RAX);
        code.plain(Plain.RET);
    }

    private void claimSeldom(Label again, Label taken, Label full, Label wrap) {
        code.bind(wrap);
        code.mov(DWORD, RDX, RCX);
        code.alu(Alu.SUB, DWORD, RCX, RingDescriptor.HEADER);
        code.alu(Alu.OR, DWORD, RCX, RingDescriptor.DISCARDED);
        code.alu(Alu.OR, QWORD, RDI, RCX);
        code.lockCmpxchg(QWORD, Memory.at(R11), RDI);
        code.jcc(ConditionCode.NE, again);
        advanceBy(RDX);
        code.jmp(again);
        code.bind(taken);
        code.test(QWORD, RAX, RAX);
        code.jcc(ConditionCode.NS, again);
        code.mov(DWORD, RCX, RAX);
        code.alu(Alu.AND, DWORD, RCX, RingDescriptor.LENGTH);
        code.alu(Alu.ADD, DWORD, RCX, RingDescriptor.HEADER + 7);
        code.alu(Alu.AND, DWORD, RCX, -8);
        advanceBy(RCX);
        code.jmp(again);
        code.bind(full);
        code.alu(Alu.CMP, QWORD, R10, Memory.at(R9, RingDescriptor.PRODUCER));
        code.jcc(ConditionCode.NE, again);
    }

    private void advanceBy(Gpr bytes) {
        code.mov(QWORD, RAX, R10);
        code.alu(Alu.ADD, QWORD, R10, bytes);
        code.lockCmpxchg(QWORD, Memory.at(R9, RingDescriptor.PRODUCER), R10);
    }

    /**
     * bpf_ringbuf_submit and bpf_ringbuf_discard(record, flags), of a record of this ring. Of all records that come
     * while the consumer is waking up only the first one costs a system call.
     */
    void commit(boolean discard) {
        Label done = code.label();
        Label sleeps = code.label();
        Label wake = code.label();
        commitHeader(discard);
        code.test(BYTE, RSI, FORCE_WAKEUP);
        code.jcc(ConditionCode.NE, wake);
        code.test(BYTE, RSI, NO_WAKEUP);
        code.jcc(ConditionCode.NE, done);
        code.loadImmediate(R9, ring);
        code.alu(Alu.CMP, DWORD, Memory.at(R9, RingDescriptor.WAITING), 0);
        code.jcc(ConditionCode.NE, sleeps);
        code.bind(done);
        code.alu(Alu.XOR, DWORD, RAX, RAX);
        code.plain(Plain.RET);
        code.bind(sleeps);
        code.alu(Alu.XOR, DWORD, RAX, RAX);
        code.xchg(DWORD, Memory.at(R9, RingDescriptor.WAITING), RAX);
        code.test(DWORD, RAX, RAX);
        code.jcc(ConditionCode.E, done);
        code.bind(wake);
        wake();
    }

    /** The exchange keeps the look at whether the consumer waits from being taken before it. */
    private void commitHeader(boolean discard) {
        Memory header = Memory.at(RDI, -RingDescriptor.HEADER);
        code.mov(DWORD, RAX, header);
        code.alu(Alu.AND, DWORD, RAX, ~RingDescriptor.BUSY);
        if (discard) {
            code.alu(Alu.OR, DWORD, RAX, RingDescriptor.DISCARDED);
        }
        code.xchg(DWORD, header, RAX);
    }

    /** Wakes the consumer, in whichever process it is, and returns. */
    private void wake() {
        code.loadImmediate(RDI, ring + RingDescriptor.WAKEUPS);
        code.lock(Unary.INC, DWORD, Memory.at(RDI));
        code.mov(DWORD, RSI, FUTEX_WAKE);
        code.mov(DWORD, RDX, Integer.MAX_VALUE);
        code.mov(DWORD, RAX, FUTEX);
        code.plain(Plain.SYSCALL);
        code.alu(Alu.XOR, DWORD, RAX, RAX);
        code.plain(Plain.RET);
    }

    /** bpf_ringbuf_output(map, data, length, flags). */
    void output(Label reserve) {
        Label invalid = code.label();
        code.test(QWORD, RCX, ~3L);
        code.jcc(ConditionCode.NE, invalid);
        code.mov(QWORD, RDI, RCX);
        put(reserve, ErrorNumber.EAGAIN);
        code.bind(invalid);
        fail(ErrorNumber.EINVAL);
    }

    /** bpf_perf_event_output(context, map, flags, data, length). */
    void perfOutput(Label reserve) {
        Label invalid = code.label();
        Label fits = code.label();
        code.mov(DWORD, RAX, RDX);
        code.alu(Alu.CMP, QWORD, RAX, RDX);
        code.jcc(ConditionCode.NE, invalid);
        int buffers = plan.spec().maxEntries();
        if (buffers != 0) {
            code.alu(Alu.CMP, DWORD, RAX, -1);
            code.jcc(ConditionCode.E, fits);
            code.alu(Alu.CMP, DWORD, RAX, buffers);
            code.jcc(ConditionCode.B, fits);
            fail(ErrorNumber.E2BIG);
            code.bind(fits);
        }
        code.mov(QWORD, RSI, RCX);
        code.mov(QWORD, RDX, R8);
        code.alu(Alu.XOR, DWORD, RDI, RDI);
        put(reserve, ErrorNumber.ENOSPC);
        code.bind(invalid);
        fail(ErrorNumber.EINVAL);
    }

    /** Copies rdx bytes at rsi to a record and commits it with the flags in rdi. */
    private void put(Label reserve, ErrorNumber full) {
        Label noRoom = code.label();
        code.push(RDI);
        code.push(RSI);
        code.push(RDX);
        code.mov(QWORD, RSI, RDX);
        code.alu(Alu.XOR, DWORD, RDX, RDX);
        code.call(reserve);
        code.pop(RCX);
        code.pop(RSI);
        code.test(QWORD, RAX, RAX);
        code.jcc(ConditionCode.E, noRoom);
        code.push(RAX);
        code.mov(QWORD, RDI, RAX);
        copies.copy();
        code.pop(RDI);
        code.pop(RSI);
        commit(false);
        code.bind(noRoom);
        code.pop(RSI);
        fail(full);
    }

    /** bpf_ringbuf_query(map, what). */
    void query() {
        code.loadImmediate(R9, ring);
        Label next = code.label();
        code.mov(QWORD, RAX, Memory.at(R9, RingDescriptor.PRODUCER));
        code.alu(Alu.CMP, QWORD, RSI, 3);
        code.jcc(ConditionCode.NE, next);
        code.plain(Plain.RET);
        code.bind(next);
        queryOthers();
    }

    private void queryOthers() {
        Label size1 = code.label();
        Label other = code.label();
        code.mov(QWORD, RCX, Memory.at(R9, RingDescriptor.CONSUMER));
        code.test(QWORD, RSI, RSI);
        code.jcc(ConditionCode.NE, size1);
        code.alu(Alu.SUB, QWORD, RAX, RCX);
        code.plain(Plain.RET);
        code.bind(size1);
        code.mov(DWORD, RAX, size);
        code.alu(Alu.CMP, QWORD, RSI, 2);
        code.cmov(ConditionCode.E, QWORD, RAX, RCX);
        code.jcc(ConditionCode.A, other);
        code.plain(Plain.RET);
        code.bind(other);
        code.alu(Alu.XOR, DWORD, RAX, RAX);
        code.plain(Plain.RET);
    }

    private void fail(ErrorNumber error) {
        code.loadImmediate(RAX, error.result());
        code.plain(Plain.RET);
    }
}
