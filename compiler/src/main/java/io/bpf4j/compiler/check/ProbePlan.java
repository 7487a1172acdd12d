package io.bpf4j.compiler.check;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.AttachSpec;
import java.util.OptionalInt;

/**
 * What a probe point means.
 *
 * @param name a C identifier made from the point
 * @param systemCall the number that a program on the raw tracepoints of all system calls has to test for
 */
record ProbePlan(String name, AttachSpec attach, ProgramType type, ProbeContext context,
        OptionalInt systemCall) {

    ProbePlan(String name, AttachSpec attach, ProgramType type, ProbeContext context) {
        this(name, attach, type, context, OptionalInt.empty());
    }
}
