package io.bpf4j.vm.trampoline;

import static io.bpf4j.vm.x64.Gpr.R12;
import static io.bpf4j.vm.x64.Gpr.RAX;
import static io.bpf4j.vm.x64.Gpr.RDI;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.abi.CallConvention;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.OperandSize;
import io.bpf4j.vm.x64.X64Assembler;
import java.util.List;

/**
 * Emits what makes the contexts of programs at system calls, behind the registers in a {@link ThreadBlock}, as the
 * kernel has them (include/trace/events/syscalls.h, kernel/trace/trace_syscalls.c, struct syscall_tp_t):
 *
 * <pre>
 *     raw arguments                 record
 *  0 | struct pt_regs *     |    0 | not for programs         |
 *  8 | number, or result    |    8 | number (s64)             |
 * 16 +----------------------+   16 | arguments (u64), or      |
 *                                  | result (s64)             |
 * </pre>
 */
final class CallContext {

    private static final int START = ThreadBlock.CONTEXT.offset() + PtRegs.SIZE;
    private static final int SECOND = Long.BYTES;
    private static final int VALUES = 2 * Long.BYTES;

    private final X64Assembler code;
    private final boolean atExit;
    private ProgramType made;

    CallContext(X64Assembler code, boolean atExit) {
        this.code = code;
        this.atExit = atExit;
    }

    /** Sets rdi to the context of a program; the registers are in the block. Changes rax. */
    void emit(ProgramType type) {
        if (type != made) {
            made = type;
            if (type == ProgramType.TRACEPOINT) {
                record();
            } else {
                arguments();
            }
        }
        code.lea(QWORD, RDI, at(0));
    }

    /** Says that what was made may not have been made, because a jump led around it. */
    void forget() {
        made = null;
    }

    private void arguments() {
        code.lea(QWORD, RAX, field(PtRegs.R15));
        code.mov(QWORD, at(0), RAX);
        copy(field(atExit ? PtRegs.AX : PtRegs.ORIG_AX), SECOND);
    }

    private void record() {
        code.movsx(QWORD, RAX, DWORD, field(PtRegs.ORIG_AX));
        code.mov(QWORD, at(SECOND), RAX);
        if (atExit) {
            copy(field(PtRegs.AX), VALUES);
            return;
        }
        List<PtRegs> arguments = CallConvention.SYSTEM_CALL.arguments();
        for (int i = 0; i < arguments.size(); i++) {
            copy(field(arguments.get(i)), VALUES + i * Long.BYTES);
        }
    }

    private void copy(Memory from, int to) {
        code.mov(OperandSize.QWORD, RAX, from);
        code.mov(OperandSize.QWORD, at(to), RAX);
    }

    private static Memory at(int offset) {
        return Memory.at(R12, START + offset);
    }

    static Memory field(PtRegs field) {
        return ThreadBlock.CONTEXT.operand().plus(field.offset());
    }
}
