package io.bpf4j.compiler.codegen;

import io.bpf4j.vm.isa.IsaVersion;

/**
 * What code is generated for.
 *
 * @param version the newest instructions that may be used; V3 or V4
 * @param optimise whether the passes of {@code compiler.opt} run first
 */
public record CodegenOptions(IsaVersion version, boolean optimise) {

    /** Optimised code that kernels from 5.12 on take. */
    public static final CodegenOptions DEFAULT = new CodegenOptions(IsaVersion.V3, true);

    /** Checks the version. */
    public CodegenOptions {
        if (version.compareTo(IsaVersion.V3) < 0) {
            throw new IllegalArgumentException("code needs V3 or newer, not " + version);
        }
    }

    /** Returns whether sign-extending loads and moves, signed division, swaps and long jumps may be used. */
    boolean modern() {
        return version == IsaVersion.V4;
    }
}
