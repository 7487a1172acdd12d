package io.bpf4j.vm.jit.x64.runtime;

import static io.bpf4j.vm.x64.Gpr.R13;
import static io.bpf4j.vm.x64.Gpr.R14;
import static io.bpf4j.vm.x64.Gpr.R15;
import static io.bpf4j.vm.x64.Gpr.RAX;
import static io.bpf4j.vm.x64.Gpr.RBP;
import static io.bpf4j.vm.x64.Gpr.RBX;
import static io.bpf4j.vm.x64.Gpr.RCX;
import static io.bpf4j.vm.x64.Gpr.RDI;
import static io.bpf4j.vm.x64.Gpr.RDX;
import static io.bpf4j.vm.x64.Gpr.RSI;
import static io.bpf4j.vm.x64.Gpr.RSP;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.abi.ErrorNumber;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.map.layout.MapPlan;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.ConditionCode;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.Unary;
import io.bpf4j.vm.x64.X64Assembler;
import java.util.List;

/** Calls of the program's functions and of other programs. */
final class CallRoutines {

    private static final long MAX_LOOPS = 8 << 20;
    private static final List<Gpr> SAVED = List.of(RBX, R13, R14, R15);

    private final X64Assembler code;
    private final RuntimeSettings settings;

    CallRoutines(X64Assembler code, RuntimeSettings settings) {
        this.code = code;
        this.settings = settings;
    }

    /** bpf_loop(rounds, function, context, flags). */
    void loop() {
        Label invalid = code.label();
        Label tooMany = code.label();
        Label done = code.label();
        code.test(QWORD, RCX, RCX);
        code.jcc(ConditionCode.NE, invalid);
        code.alu(Alu.CMP, QWORD, RDI, MAX_LOOPS);
        code.jcc(ConditionCode.A, tooMany);
        SAVED.forEach(code::push);
        code.alu(Alu.XOR, DWORD, RBX, RBX);
        code.mov(QWORD, R13, RDI);
        code.mov(QWORD, R14, RSI);
        code.mov(QWORD, R15, RDX);
        code.lea(QWORD, RBP, Memory.at(RBP, -Execution.FRAME_BYTES));
        Label next = code.here();
        code.alu(Alu.CMP, QWORD, RBX, R13);
        code.jcc(ConditionCode.E, done);
        code.mov(QWORD, RDI, RBX);
        code.mov(QWORD, RSI, R15);
        code.call(R14);
        code.unary(Unary.INC, QWORD, RBX);
        code.test(QWORD, RAX, RAX);
        code.jcc(ConditionCode.E, next);
        code.bind(done);
        code.mov(QWORD, RAX, RBX);
        code.lea(QWORD, RBP, Memory.at(RBP, Execution.FRAME_BYTES));
        SAVED.reversed().forEach(code::pop);
        code.plain(Plain.RET);
        code.bind(invalid);
        code.loadImmediate(RAX, ErrorNumber.EINVAL.result());
        code.plain(Plain.RET);
        code.bind(tooMany);
        code.loadImmediate(RAX, ErrorNumber.E2BIG.result() & 0xffff_ffffL);
        code.plain(Plain.RET);
    }

    /**
     * The tail call (context, array, index). The value of an element of the array is the number of a program plus one.
     *
     * @param programs where each program starts, in the order of their numbers
     */
    void tailCall(List<Label> programs) {
        Label none = code.label();
        Label table = code.label();
        Label found = code.label();
        code.mov(DWORD, RDX, RDX);
        for (int i = 0; i < settings.maps().size(); i++) {
            MapPlan plan = settings.maps().get(i);
            if (plan.spec().kind() == MapKind.PROG_ARRAY) {
                Label other = code.label();
                code.loadImmediate(RAX, settings.handle(i));
                code.alu(Alu.CMP, QWORD, RAX, RSI);
                code.jcc(ConditionCode.NE, other);
                code.alu(Alu.CMP, DWORD, RDX, plan.spec().maxEntries());
                code.jcc(ConditionCode.AE, none);
                code.loadImmediate(RCX, settings.arena() + plan.values());
                code.imul(QWORD, RDX, RDX, plan.valueStride());
                code.mov(DWORD, RAX, Memory.indexed(RCX, RDX, 1, 0));
                code.jmp(found);
                code.bind(other);
            }
        }
        code.jmp(none);
        code.bind(found);
        code.unary(Unary.DEC, DWORD, RAX);
        code.alu(Alu.CMP, DWORD, RAX, programs.size());
        code.jcc(ConditionCode.AE, none);
        code.alu(Alu.CMP, DWORD, ThreadBlock.TAIL_CALLS.operand(), Execution.MAX_TAIL_CALLS);
        code.jcc(ConditionCode.AE, none);
        code.unary(Unary.INC, DWORD, ThreadBlock.TAIL_CALLS.operand());
        code.lea(QWORD, RCX, Memory.rip(table));
        code.movsx(QWORD, RAX, DWORD, Memory.indexed(RCX, RAX, Integer.BYTES, 0));
        code.alu(Alu.ADD, QWORD, RAX, RCX);
        code.call(RAX);
        code.test(QWORD, RSP, RSP);
        code.plain(Plain.RET);
        code.bind(none);
        code.alu(Alu.CMP, DWORD, RAX, RAX);
        code.plain(Plain.RET);
        code.align(Integer.BYTES);
        code.bind(table);
        programs.forEach(program -> code.difference(program, table));
    }
}
