package io.bpf4j.vm.jit.x64.runtime;

import io.bpf4j.vm.x64.Label;
import java.util.ArrayList;
import java.util.List;

/** The instructions that may fault, in the order of their addresses, and where to go on then. */
final class FaultTable {

    /** An instruction and its replacement. */
    record Row(Label fault, Label resume) {}

    private final List<Row> rows = new ArrayList<>();

    /** Adds the instruction that comes next in the code. */
    void add(Label fault, Label resume) {
        rows.add(new Row(fault, resume));
    }

    List<Row> rows() {
        return List.copyOf(rows);
    }
}
