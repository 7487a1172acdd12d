package io.bpf4j.vm.x64;

import java.util.HexFormat;

/** Instructions that have no operands to write down, with their bytes (SDM volume 2, by name). */
public enum Plain {
    /** Sign of ax to dx. */
    CWD("6699"),
    /** Sign of eax to edx. */
    CDQ("99"),
    /** Sign of rax to rdx. */
    CQO("4899"),
    /** Sign-extends eax to rax. */
    CDQE("4898"),
    /** Sign, zero, adjust, parity and carry flags to ah. */
    LAHF("9f"),
    /** The flags that LAHF kept, from ah. */
    SAHF("9e"),
    PUSHFQ("9c"),
    POPFQ("9d"),
    CLD("fc"),
    CLC("f8"),
    STC("f9"),
    RET("c3"),
    LEAVE("c9"),
    INT3("cc"),
    UD2("0f0b"),
    HLT("f4"),
    SYSCALL("0f05"),
    CPUID("0fa2"),
    /** Time stamp to edx:eax. */
    RDTSC("0f31"),
    /** Time stamp to edx:eax, IA32_TSC_AUX to ecx, after all earlier instructions. */
    RDTSCP("0f01f9"),
    PAUSE("f390"),
    LFENCE("0faee8"),
    SFENCE("0faef8"),
    MFENCE("0faef0"),
    ENDBR64("f30f1efa"),
    /** Copies rcx bytes from rsi to rdi. */
    REP_MOVSB("f3a4"),
    /** Copies rcx quadwords from rsi to rdi. */
    REP_MOVSQ("f348a5"),
    /** Fills rcx bytes at rdi with al. */
    REP_STOSB("f3aa"),
    /** Fills rcx quadwords at rdi with rax. */
    REP_STOSQ("f348ab");

    private final byte[] code;

    Plain(String hex) {
        this.code = HexFormat.of().parseHex(hex);
    }

    /** Returns the bytes; shared, not to be changed. */
    byte[] code() {
        return code;
    }
}
