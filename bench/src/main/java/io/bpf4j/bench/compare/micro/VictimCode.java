package io.bpf4j.bench.compare.micro;

import static io.bpf4j.vm.x64.Gpr.R12;
import static io.bpf4j.vm.x64.Gpr.R13;
import static io.bpf4j.vm.x64.Gpr.R14;
import static io.bpf4j.vm.x64.Gpr.R15;
import static io.bpf4j.vm.x64.Gpr.R8;
import static io.bpf4j.vm.x64.Gpr.RAX;
import static io.bpf4j.vm.x64.Gpr.RBP;
import static io.bpf4j.vm.x64.Gpr.RBX;
import static io.bpf4j.vm.x64.Gpr.RDI;
import static io.bpf4j.vm.x64.Gpr.RDX;
import static io.bpf4j.vm.x64.Gpr.RSI;
import static io.bpf4j.vm.x64.Gpr.RSP;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.ConditionCode;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.MachineCode;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.Segment;
import io.bpf4j.vm.x64.Shift;
import io.bpf4j.vm.x64.Unary;
import io.bpf4j.vm.x64.X64Assembler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Assembles the program that is measured: threads that take orders from standard input, and functions to call. It
 * needs no library. It keeps each thread's id where glibc does ({@code fs:[0x2d0]}), so that code inside it finds the
 * id as it does in nearly every program on Linux.
 *
 * <p>What each thread has, from r12 on:
 *
 * <pre>
 *      0 | control block; the thread's id at 0x2d0, a counter at 0x400
 *   4096 | order: see {@link Order}
 *   8192 | answer: see {@link Answer}
 *  12288 | 4096 bytes for programs to read
 *  16384 | stack, downwards from 65536
 * </pre>
 */
final class VictimCode {

    /** How many threads there are. */
    static final int THREADS = 4;

    private static final int THREAD_BYTES = 65536;
    private static final int TID = 0x2d0;
    private static final int COUNTER = 0x400;
    private static final int ORDER = 4096;
    private static final int ANSWER = 8192;
    private static final int PAYLOAD = 12288;
    /** CLONE_VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, SETTLS, PARENT_SETTID (include/uapi/linux/sched.h). */
    private static final int CLONE_THREAD = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x40000 | 0x80000
            | 0x100000;
    private static final int ARCH_SET_FS = 0x1002;
    private static final int CLOCK_MONOTONIC = 1;
    /** The keys that calls pass: 64 different ones. */
    private static final int KEYS = 63;
    /** All but the stack pointer. */
    private static final List<Gpr> GENERAL = Arrays.stream(Gpr.values()).filter(gpr -> gpr != RSP).toList();

    private final X64Assembler code = new X64Assembler();
    private final Map<String, Label> starts = new LinkedHashMap<>();
    private final Map<String, Label> ends = new LinkedHashMap<>();

    /** The numbers of system calls (arch/x86/entry/syscalls/syscall_64.tbl). */
    private enum Call {
        READ(0),
        WRITE(1),
        SCHED_YIELD(24),
        CLONE(56),
        ARCH_PRCTL(158),
        GETTID(186),
        CLOCK_GETTIME(228),
        EXIT_GROUP(231);

        private final int number;

        Call(int number) {
            this.number = number;
        }
    }

    /**
     * An executable.
     *
     * @param file its bytes
     * @param functions addresses by name
     */
    record Program(byte[] file, Map<String, Long> functions) {}

    private VictimCode() {}

    /** Returns a program with these functions to call, and one that has a detour written by hand. */
    static Program assemble(Map<String, Start> functions, String detour) {
        VictimCode victim = new VictimCode();
        Label entry = victim.main();
        functions.forEach(victim::function);
        victim.detour(detour);
        return victim.finish(entry);
    }

    private Program finish(Label entry) {
        MachineCode assembled = code.assemble();
        byte[] bytes = assembled.link(ExecutableFile.CODE_ADDRESS, symbol -> {
            throw new IllegalStateException(symbol.name());
        });
        List<ExecutableFile.Function> symbols = new ArrayList<>();
        Map<String, Long> addresses = new LinkedHashMap<>();
        starts.forEach((name, start) -> {
            int offset = assembled.offsetOf(start);
            symbols.add(new ExecutableFile.Function(name, offset,
                    assembled.offsetOf(ends.get(name)) - offset));
            addresses.put(name, ExecutableFile.CODE_ADDRESS + offset);
        });
        return new Program(ExecutableFile.build(bytes, assembled.offsetOf(entry),
                (THREADS + 1) * THREAD_BYTES, symbols), addresses);
    }

    private void function(String name, Start start) {
        begin(name);
        switch (start) {
            case PUSH -> frame();
            case LEA -> {
                sum();
                code.push(RBP);
                code.mov(QWORD, RBP, RSP);
            }
            case STAMP -> {
                code.push(RBP);
                code.mov(QWORD, RBP, RSP);
                code.plain(Plain.RDTSC);
            }
            case NOP -> {
                code.nop(5);
                frame();
            }
            default -> throw new AssertionError(start);
        }
        code.pop(RBP);
        code.plain(Plain.RET);
        end(name);
    }

    private void frame() {
        code.push(RBP);
        code.mov(QWORD, RBP, RSP);
        sum();
    }

    private void sum() {
        code.lea(QWORD, RAX, Memory.indexed(RDI, RDI, 1, 0));
    }

    /** What somebody would write by hand to count calls: a jump, 15 registers saved, a counter of the thread's own. */
    private void detour(String name) {
        Label around = code.label("detour");
        Label back = code.label("behind the detour");
        begin(name);
        code.jmp(around);
        code.nop(3);
        code.bind(back);
        code.pop(RBP);
        code.plain(Plain.RET);
        end(name);
        code.align(16);
        code.bind(around);
        GENERAL.forEach(code::push);
        code.unary(Unary.INC, QWORD, Memory.absolute(Segment.FS, COUNTER));
        GENERAL.reversed().forEach(code::pop);
        frame();
        code.jmp(back);
    }

    private void begin(String name) {
        code.align(64);
        starts.put(name, code.here());
    }

    private void end(String name) {
        ends.put(name, code.here());
    }

    /** Makes the threads; the first one works like the others. */
    private Label main() {
        Label entry = code.here();
        Label work = code.label("work");
        code.loadImmediate(R12, ExecutableFile.ZEROS_ADDRESS);
        code.loadImmediate(RDI, ARCH_SET_FS);
        code.mov(QWORD, RSI, R12);
        call(Call.ARCH_PRCTL);
        call(Call.GETTID);
        code.mov(DWORD, Memory.at(R12, TID), RAX);
        for (int i = 1; i < THREADS; i++) {
            code.alu(Alu.ADD, QWORD, R12, THREAD_BYTES);
            code.loadImmediate(RDI, CLONE_THREAD);
            code.lea(QWORD, RSI, Memory.at(R12, THREAD_BYTES));
            code.lea(QWORD, RDX, Memory.at(R12, TID));
            code.mov(QWORD, R8, R12);
            call(Call.CLONE);
            code.test(QWORD, RAX, RAX);
            code.jcc(ConditionCode.E, work);
        }
        code.loadImmediate(R12, ExecutableFile.ZEROS_ADDRESS);
        code.bind(work);
        work();
        return entry;
    }

    private void work() {
        Label next = code.here();
        Label go = code.label("go");
        code.alu(Alu.XOR, DWORD, RDI, RDI);
        code.lea(QWORD, RSI, Memory.at(R12, ORDER));
        code.loadImmediate(RDX, Order.SIZE);
        call(Call.READ);
        code.alu(Alu.CMP, QWORD, RAX, Order.SIZE);
        code.jcc(ConditionCode.E, go);
        code.alu(Alu.XOR, DWORD, RDI, RDI);
        call(Call.EXIT_GROUP);
        code.bind(go);
        code.mov(QWORD, R13, order(Order.FUNCTION));
        code.mov(QWORD, R14, order(Order.BATCHES));
        meet();
        clock(Answer.START_SECONDS);
        stamp(Answer.START_STAMP);
        code.lea(QWORD, R15, Memory.at(R12, ANSWER + Answer.TIMES));
        batches();
        stamp(Answer.END_STAMP);
        clock(Answer.END_SECONDS);
        code.loadImmediate(RDI, 1);
        code.lea(QWORD, RSI, Memory.at(R12, ANSWER));
        code.loadImmediate(RDX, Answer.SIZE);
        call(Call.WRITE);
        code.jmp(next);
    }

    /** Waits until as many threads have begun as the order says, in all orders so far. */
    private void meet() {
        Label wait = code.label();
        Label met = code.label();
        code.loadImmediate(RBX, ExecutableFile.ZEROS_ADDRESS + (long) THREADS * THREAD_BYTES);
        code.lock(Unary.INC, QWORD, Memory.at(RBX));
        code.bind(wait);
        code.mov(QWORD, RAX, Memory.at(RBX));
        code.alu(Alu.CMP, QWORD, RAX, order(Order.MEETING));
        code.jcc(ConditionCode.AE, met);
        call(Call.SCHED_YIELD);
        code.jmp(wait);
        code.bind(met);
    }

    /** Writes the time of each batch of calls: r13 = function, r14 = batches, r15 = where to. */
    private void batches() {
        Label batch = code.here();
        Label calls = code.label();
        code.mov(QWORD, RBX, order(Order.CALLS));
        code.plain(Plain.LFENCE);
        readStamp();
        code.mov(QWORD, Memory.at(R15), RAX);
        code.plain(Plain.LFENCE);
        code.align(32);
        code.bind(calls);
        code.mov(DWORD, RDI, RBX);
        code.alu(Alu.AND, DWORD, RDI, KEYS);
        code.lea(QWORD, RSI, Memory.at(R12, PAYLOAD));
        code.call(R13);
        code.alu(Alu.SUB, QWORD, RBX, 1);
        code.jcc(ConditionCode.NE, calls);
        code.plain(Plain.LFENCE);
        readStamp();
        code.alu(Alu.SUB, QWORD, RAX, Memory.at(R15));
        code.mov(QWORD, Memory.at(R15), RAX);
        code.alu(Alu.ADD, QWORD, R15, Long.BYTES);
        code.alu(Alu.SUB, QWORD, R14, 1);
        code.jcc(ConditionCode.NE, batch);
    }

    /** The time stamp, in rax. */
    private void readStamp() {
        code.plain(Plain.RDTSC);
        code.shift(Shift.SHL, QWORD, RDX, 32);
        code.alu(Alu.OR, QWORD, RAX, RDX);
    }

    private void stamp(int field) {
        readStamp();
        code.mov(QWORD, Memory.at(R12, ANSWER + field), RAX);
    }

    private void clock(int field) {
        code.loadImmediate(RDI, CLOCK_MONOTONIC);
        code.lea(QWORD, RSI, Memory.at(R12, ANSWER + field));
        call(Call.CLOCK_GETTIME);
    }

    private static Memory order(int field) {
        return Memory.at(R12, ORDER + field);
    }

    /** Arguments are in rdi, rsi, rdx, r10, r8; changes rax, rcx and r11. */
    private void call(Call call) {
        code.loadImmediate(RAX, call.number);
        code.plain(Plain.SYSCALL);
    }
}
