package io.bpf4j.vm.jit.x64.runtime;

/** How programs read memory of the process that may not be there. */
public enum UserReads {
    /** By plain loads: whoever runs the code installs {@link TargetCode#faultHandler} for SIGSEGV and SIGBUS. */
    FAULT_TABLE,
    /** By process_vm_readv, 0.5 us each: where the process needs the signals itself, as the JVM and Go do. */
    SYSTEM_CALL
}
