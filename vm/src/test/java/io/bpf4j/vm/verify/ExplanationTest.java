package io.bpf4j.vm.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.SourceLine;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.VoidType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an author is told, to the letter. */
class ExplanationTest {

    private static final List<MapSpec> MAPS = List.of(
            new MapSpec("counts", MapKind.HASH, IntType.U32, IntType.U64, 16, 0, new MapRole.Plain()),
            new MapSpec("rec", MapKind.ARRAY, IntType.U32, new ArrayType(IntType.U8, 256), 1, 0,
                    new MapRole.Plain()),
            new MapSpec("events", MapKind.RINGBUF, VoidType.VOID, VoidType.VOID, 4096, 0,
                    new MapRole.Plain()));

    private static String explain(String text, SourceLine... lines) {
        Assembly assembly = Assembler.assemble(text);
        Program program = new Program("test", ProgramType.KPROBE, new AttachSpec.Manual(),
                assembly.instructions(),
                assembly.references(), List.of(), List.of(lines));
        Verdict verdict = Verifier.verify(program, VerifierInput.of(program.type(), MAPS, "GPL"));
        return assertInstanceOf(Rejection.class, verdict).explanation().text();
    }

    @Test
    void aMissingNullTest() {
        assertEquals("""
                count.probe:7 (instruction 6): reads memory through slot, which may be null
                    *slot += 1;
                  slot is null or a pointer to a value of map counts
                  count.probe:5: u64 *slot = counts.lookup(1);
                  hint: test it first: if (slot != 0)
                """, explain("""
                *(u32 *)(r10 - 4) = 1
                r1 = map[counts] ll
                r2 = r10
                r2 += -4
                call bpf_map_lookup_elem
                r1 = *(u64 *)(r0 + 0)
                r0 = 0
                exit
                """, new SourceLine(0, "count.probe", 5, 1, "u64 *slot = counts.lookup(1);"),
                new SourceLine(6, "count.probe", 7, 1, "    *slot += 1;")));
    }

    @Test
    void aSizeThatMayBeTooGreat() {
        assertEquals(
                """
                        instruction 7: accesses 65535 bytes at offset 0 of a value of map rec, which has 256 \
                        bytes; the size, r2, is 0..65535
                          r2 is 0..65535, but the space left in a value of map rec is 256
                          instruction 0: r6 is loaded from r1 + 96
                          instruction 1: r6 &= 65535
                          instruction 4: r2 = r6
                          hint: test r2 <= 256 first, or mask it with & 0xff
                        """,
                explain("""
                        r6 = *(u64 *)(r1 + 96)
                        r6 &= 0xffff
                        r1 = map[rec][0] ll
                        r2 = r6
                        r7 = 0
                        r3 = r7
                        call bpf_probe_read_user
                        r0 = 0
                        exit
                        """));
    }

    @Test
    void anIndexThatMayBeTooGreat() {
        assertEquals(
                """
                        instruction 5: accesses 1 byte at offset 0 plus an index that is 0..511 of a value of map \
                        rec, which has 256 bytes
                          the index is 0..511, but the space left in a value of map rec is 256
                          instruction 0: r6 is loaded from r1 + 96
                          instruction 1: r6 &= 511
                          instruction 2: r2 = a value of map rec
                          instruction 4: r2 += r6
                          hint: test the index <= 255 first, or mask it with & 0xff
                        """,
                explain("""
                        r6 = *(u64 *)(r1 + 96)
                        r6 &= 511
                        r2 = map[rec][0] ll
                        r2 += r6
                        r0 = *(u8 *)(r2 + 0)
                        exit
                        """));
    }

    @Test
    void aRecordThatIsLostOnOnePath() {
        assertEquals("""
                instruction 12: ends while it holds a record of ring events, taken at instruction 5
                  instruction 6: `r0 == 0` is false
                  instruction 7: `r6 == 7` is true
                  hint: give it back with bpf_ringbuf_submit or bpf_ringbuf_discard on every path
                """, explain("""
                r6 = *(u64 *)(r1 + 96)
                r1 = map[events] ll
                r2 = 16
                r3 = 0
                call bpf_ringbuf_reserve
                if r0 == 0 goto end
                if r6 == 7 goto end
                r1 = r0
                r2 = 0
                call bpf_ringbuf_submit
                end:
                r0 = 0
                exit
                """));
    }

    @Test
    void theTraceTellsWhatIsKnownAtEveryStep() {
        Assembly assembly = Assembler
                .assemble("r0 = *(u32 *)(r1 + 0)\nr0 &= 15\n*(u64 *)(r10 - 8) = r0\nexit");
        Program program = new Program("test", ProgramType.KPROBE, new AttachSpec.Manual(),
                assembly.instructions(),
                List.of(), List.of(), List.of());
        List<String> trace = new ArrayList<>();
        Verifier.verify(program, VerifierInput.of(program.type(), MAPS, "GPL"), new VerifierListener() {
            @Override
            public void step(int slot, Known known) {
                trace.add(slot + ": " + known.describe());
            }

            @Override
            public void covered(int slot) {
                trace.add(slot + ": covered");
            }
        });
        assertEquals(List.of("0: r1 = a pointer to the context",
                "1: r0 = 0..4294967295; r1 = a pointer to the context",
                "2: r0 = 0..15; r1 = a pointer to the context",
                "3: r0 = 0..15; r1 = a pointer to the context; stack -8 = 0..15"), trace);
    }

    @Test
    void deadBranchesAndSafeDivisionsAreHandedOn() {
        Assembly assembly = Assembler.assemble("""
                r0 = *(u64 *)(r1 + 0)
                r2 = 5
                if r2 == 5 goto end
                r0 = 1
                end:
                r0 /= r2
                r0 /= r0
                exit
                """);
        Program program = new Program("test", ProgramType.KPROBE, new AttachSpec.Manual(),
                assembly.instructions(),
                List.of(), List.of(), List.of());
        VerifiedProgram verified = assertInstanceOf(VerifiedProgram.class,
                Verifier.verify(program, VerifierInput.of(program.type(), MAPS, "GPL")));
        assertEquals("{3}", verified.deadSlots().toString());
        assertEquals("{4}", verified.safeDivisions().toString());
        assertEquals(8, verified.contextBytes());
        assertTrue(verified.stackBytesOf(0) <= verified.stackBytes());
    }
}
