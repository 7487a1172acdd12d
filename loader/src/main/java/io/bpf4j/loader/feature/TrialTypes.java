package io.bpf4j.loader.feature;

import io.bpf4j.loader.sys.ProgramParameters.Debug;
import io.bpf4j.vm.btf.BtfBuilder;
import io.bpf4j.vm.btf.BtfBuilder.Linkage;
import io.bpf4j.vm.btf.BtfLayout;
import io.bpf4j.vm.btf.ProgramDebugInfo;
import io.bpf4j.vm.btf.ProgramDebugInfo.FunctionRecord;
import io.bpf4j.vm.btf.ProgramDebugInfo.LineRecord;
import io.bpf4j.vm.type.IntType;
import java.util.ArrayList;
import java.util.List;

/** Small BTF of a program without a source: each function's type, and the line that it starts in. */
public final class TrialTypes {
    private final BtfBuilder builder = new BtfBuilder();
    private final ProgramDebugInfo info;

    /** Describes a program whose functions start at these slots, which rise from 0. */
    public TrialTypes(int... slots) {
        List<FunctionRecord> functions = new ArrayList<>();
        List<LineRecord> lines = new ArrayList<>();
        int result = builder.add(IntType.S32);
        for (int slot : slots) {
            // Static, because kernels before 5.6 know no other linkage.
            functions.add(new FunctionRecord(slot,
                    builder.addFunction("at" + slot, List.of(), result, Linkage.STATIC)));
            lines.add(new LineRecord(slot, builder.addString("trial.c"), builder.addString("return 0;"),
                    BtfLayout.lineAndColumn(1 + slot, 1)));
        }
        info = new ProgramDebugInfo(functions, lines);
    }

    /** What BPF_BTF_LOAD takes. */
    public byte[] bytes() {
        return builder.build();
    }

    /** What a program refers to the loaded BTF by. */
    public Debug debug(int btfFd) {
        return new Debug(btfFd, info.functionBytes(), info.lineBytes());
    }
}
