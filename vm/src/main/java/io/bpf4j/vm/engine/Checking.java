package io.bpf4j.vm.engine;

/** How much an engine looks after a program while it runs. */
public enum Checking {
    /** Every access, call depth and the number of instructions: for programs that nobody has proved. */
    FULL,
    /**
     * Nothing that a verifier proves. An engine in Java still never leaves the machine's memory, but where in it an
     * access outside goes is its own affair; native code may do anything.
     */
    NONE
}
