package io.bpf4j.bench.verify;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.object.foreign.ForeignUnit;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.LoadTraits;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A straight program of some 4,000 instructions: reads, tests and map values, again and again. */
final class LongProgram {

    private static final int BLOCKS = 250;
    private static final int REGISTERS = 21;
    private static final int VALUE_BYTES = 64;

    private LongProgram() {}

    static ForeignUnit unit() {
        MapSpec values = new MapSpec("values", MapKind.ARRAY, IntType.U32,
                new ArrayType(IntType.U8, VALUE_BYTES), 1, 0, new MapRole.Plain());
        Assembly assembly = Assembler.assemble(text());
        Program program = new Program("long", ProgramType.KPROBE, new AttachSpec.Manual(),
                assembly.instructions(), assembly.references(), List.of(), List.of());
        ProgramUnit unit = new ProgramUnit("built-in", "GPL", List.of(program), List.of(values), List.of(),
                List.of(), List.of(), List.of());
        return new ForeignUnit(unit, Map.of("long", LoadTraits.NONE), Map.of(), Set.of(), List.of());
    }

    private static String text() {
        StringBuilder text = new StringBuilder("r6 = r1\n");
        for (int block = 0; block < BLOCKS; block++) {
            text.append("""
                    r7 = *(u64 *)(r6 + %d)
                    *(u64 *)(r10 - 16) = r7
                    r1 = r10
                    r1 += -16
                    r2 = 8
                    r3 = r7
                    call bpf_probe_read_user
                    if r0 != 0 goto end%d
                    r1 = *(u64 *)(r10 - 16)
                    r1 &= 56
                    r2 = map[values][0] ll
                    r2 += r1
                    r3 = *(u64 *)(r2 + 0)
                    r3 += 1
                    *(u64 *)(r2 + 0) = r3
                    end%d:
                    """.formatted(block % REGISTERS * Long.BYTES, block, block));
        }
        return text.append("r0 = 0\nexit\n").toString();
    }
}
