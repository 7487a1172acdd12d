package io.bpf4j.vm.x64;

/** Shifts by a register that leave the flags alone; they need a processor with BMI2 (SDM volume 2, SARX/SHLX/SHRX). */
public enum FlaglessShift {
    SHLX(0x66_38_f7),
    SHRX(0xf2_38_f7),
    SARX(0xf3_38_f7);

    private final int form;

    FlaglessShift(int form) {
        this.form = form;
    }

    /** Returns implied prefix, map and opcode, a byte each. */
    int form() {
        return form;
    }
}
