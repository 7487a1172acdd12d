package io.bpf4j.vm.jit.x64.runtime;

import static io.bpf4j.vm.x64.Gpr.R13;
import static io.bpf4j.vm.x64.Gpr.RAX;
import static io.bpf4j.vm.x64.Gpr.RBP;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;

import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.x64.Memory;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.X64Assembler;

/**
 * What routines written as BPF text can do more than programs: each is a call of a helper with a number of its own, in
 * whose place a few instructions stand. Unlike a helper it changes only the registers that it names.
 */
enum Intrinsic {
    /** Sets R0 to the number of this thread's shard. */
    SHARD {
        @Override
        void emit(X64Assembler code) {
            code.mov(DWORD, RAX, ThreadBlock.SHARD.operand());
        }
    },
    /** Sets R0 to the address of the thread's block. */
    BLOCK {
        @Override
        void emit(X64Assembler code) {
            code.lea(QWORD, RAX, ThreadBlock.KEY.operand());
        }
    },
    /** Copies R4 words from R2 to R1; both are behind the last word afterwards, R4 is 0. */
    COPY_WORDS {
        @Override
        void emit(X64Assembler code) {
            code.plain(Plain.REP_MOVSQ);
        }
    },
    /** Copies R4 bytes from R2 to R1; both are behind the last byte afterwards, R4 is 0. */
    COPY_BYTES {
        @Override
        void emit(X64Assembler code) {
            code.plain(Plain.REP_MOVSB);
        }
    },
    /** Fills R4 words at R1 with R0. */
    FILL_WORDS {
        @Override
        void emit(X64Assembler code) {
            code.plain(Plain.REP_STOSQ);
        }
    },
    /** Fills R4 bytes at R1 with the lowest byte of R0. */
    FILL_BYTES {
        @Override
        void emit(X64Assembler code) {
            code.plain(Plain.REP_STOSB);
        }
    },
    /** Calls the program's function at R7, with a frame 1024 bytes below this routine's. */
    CALL_BACK {
        @Override
        void emit(X64Assembler code) {
            code.lea(QWORD, RBP, Memory.at(RBP, -2L * BpfText.FRAME));
            code.call(R13);
            code.lea(QWORD, RBP, Memory.at(RBP, 2L * BpfText.FRAME));
        }
    },
    /** Makes the system call R0 with up to three arguments, R1, R2 and R3; changes R4 too. */
    SYSTEM_CALL {
        @Override
        void emit(X64Assembler code) {
            code.plain(Plain.SYSCALL);
        }
    };

    /** The numbers of intrinsics begin here, far above those of helpers. */
    static final int FIRST = 0x10000;

    abstract void emit(X64Assembler code);

    /** Returns the number to call it by. */
    int number() {
        return FIRST + ordinal();
    }
}
