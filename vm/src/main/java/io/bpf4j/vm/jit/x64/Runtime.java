package io.bpf4j.vm.jit.x64;

import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.x64.Symbol;

/** What generated code calls and does not contain; whoever runs the code supplies it. */
public sealed interface Runtime extends Symbol {

    /**
     * A helper: arguments in rdi, rsi, rdx, rcx, r8, result in rax; r12 holds the control block, rbp the frame. May
     * change all registers that System V lets a function change, but no vector registers.
     */
    record HelperCall(int id) implements Runtime {
        @Override
        public String name() {
            return "helper " + id;
        }
    }

    /**
     * The tail call, called as a helper is. It returns with the zero flag set if there was no program to go on with;
     * otherwise that program has run, and its result is in rax.
     */
    record TailCall() implements Runtime {
        @Override
        public String name() {
            return "tail call";
        }
    }

    /** Checks the access whose address is in r11; changes r9, r10 and flags only, and returns only if it is allowed. */
    record Check(Access access, Width width) implements Runtime {
        @Override
        public String name() {
            return "check " + access + " " + width;
        }
    }

    /** What is checked. */
    enum Access {
        READ,
        WRITE,
        ATOMIC
    }

    /** A place to call, that does not return, if something is wrong. */
    enum Trap implements Runtime {
        /** The budget of instructions is used up. */
        BUDGET,
        /** Too many functions are active. */
        CALL_DEPTH,
        /** The called function does not exist. */
        UNKNOWN_FUNCTION
    }
}
