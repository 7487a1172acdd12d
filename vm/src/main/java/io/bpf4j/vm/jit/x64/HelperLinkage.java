package io.bpf4j.vm.jit.x64;

import io.bpf4j.vm.x64.X64Assembler;

/** How generated code gets at what helpers do. */
public interface HelperLinkage {

    /** Calls a {@link Runtime.HelperCall}, which somebody else supplies. */
    HelperLinkage BY_SYMBOL = new HelperLinkage() {
        @Override
        public void call(X64Assembler code, HelperSite site) {
            code.call(new Runtime.HelperCall(site.helper()));
        }

        @Override
        public void tailCall(X64Assembler code) {
            code.call(new Runtime.TailCall());
        }

        @Override
        public boolean functionsHaveAddresses() {
            return false;
        }
    };

    /**
     * Emits a call of a helper: arguments are in rdi, rsi, rdx, rcx, r8, the result goes to rax; all registers may be
     * changed that System V lets a function change.
     */
    void call(X64Assembler code, HelperSite site);

    /** Emits a {@link Runtime.TailCall}. */
    void tailCall(X64Assembler code);

    /** Returns whether the program's functions are their true addresses to helpers, else numbers for Java. */
    boolean functionsHaveAddresses();
}
