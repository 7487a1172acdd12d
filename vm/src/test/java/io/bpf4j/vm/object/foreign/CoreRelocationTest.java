package io.bpf4j.vm.object.foreign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.btf.Btf;
import io.bpf4j.vm.btf.core.CoreRelocator;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.object.ElfObject;
import io.bpf4j.vm.program.Program;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** guest.bpf.c asks about types that kernel.bpf.c has otherwise; clang says where the fields of the latter are. */
class CoreRelocationTest {
    private ForeignUnit guest;

    @BeforeEach
    void fitGuestToKernel() {
        Btf kernel = Btf
                .parse(ElfObject.parse(ClangObjects.bytes("kernel")).section(".BTF").orElseThrow().bytes());
        guest = ForeignObjectReader.read("guest", ClangObjects.bytes("guest"),
                Surroundings.of(Optional.of(kernel), 1));
    }

    private Program program(String name) {
        return guest.unit().programs().stream().filter(each -> each.name().equals(name)).findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"small_offset,24", "small_size,2", "number_offset,32", "inner_offset,64", "minus_signed,1",
        "wide_offset,108", "wide_size,4", "wide_left,52", "wide_right,55", "next_exists,1", "lost_exists,0",
        "flavour_offset,32", "flexible_offset,48", "thing_size,120", "triple_size,24", "absent_exists,0",
        "absent_size,0", "red_value,4", "blue_exists,0"})
    void answerIsTheKernels(String question, long answer) {
        assertEquals(answer, switch (program(question).instructions().getFirst()) {
            case Insn.Alu alu -> ((Operand.Immediate) alu.src()).value();
            case Insn.LoadImmediate64 load -> load.value();
            default -> throw new AssertionError(program(question).instructions().getFirst());
        });
    }

    @ParameterizedTest
    @CsvSource({"lost_offset,1", "blue_value,2", "load_minus,1"})
    void whatTheKernelDoesNotHaveIsPoisonAndSaid(String question, int slots) {
        Program program = program(question);
        for (int i = 0; i < slots; i++) {
            assertEquals(new Insn.CallHelper(CoreRelocator.POISON), program.instructions().get(i));
        }
        assertTrue(guest.notes().stream().anyMatch(note -> note.startsWith("program " + question + ": ")),
                guest.notes().toString());
    }

    @Test
    void accessesMoveAndChangeTheirSize() {
        Insn.Load small = (Insn.Load) program("load_small").instructions().getFirst();
        assertEquals(Width.HALF, small.width());
        assertEquals(24, small.offset());
        Insn.Store next = (Insn.Store) program("store_next").instructions().stream()
                .filter(Insn.Store.class::isInstance).findFirst().orElseThrow();
        assertEquals(112, next.offset());
    }
}
