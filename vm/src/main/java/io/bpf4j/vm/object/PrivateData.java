package io.bpf4j.vm.object;

import io.bpf4j.vm.program.ProgramUnit;
import java.util.List;

/**
 * What the section {@code .bpf4j} holds: the unit without what stands elsewhere in the file, and where that is.
 *
 * @param unit without instructions and lines, and without the initial data that sections hold
 * @param codes one for each program
 * @param data one for each map whose initial data is the content of a section
 * @param lines the programs' lines
 */
record PrivateData(int version, ProgramUnit unit, List<Code> codes, List<Data> data, LineTable lines) {
    /** Version 1 had the lines in the unit. */
    static final int VERSION = 3;
    static final String SECTION = ".bpf4j";

    /** Where a program's main function and the functions that it calls are, in bytes. */
    record Code(String program, String section, int offset, int size, int functionsOffset, int functionsSize,
            List<CodePatch> patches) {}

    /** Which section a map's initial data is. */
    record Data(String map, String section) {}
}
