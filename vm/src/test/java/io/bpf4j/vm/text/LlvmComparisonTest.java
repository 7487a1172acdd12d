package io.bpf4j.vm.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.CallKernelFunction;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Insn.LoadPacket;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.isa.IsaVersion;
import io.bpf4j.vm.isa.MalformedProgramException;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.text.Disassembler.Options;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Our text and bytes against LLVM's; the differences that {@link Disassembler} names are spelled out here. */
class LlvmComparisonTest {

    private static final String LOOP = """
            typedef unsigned long long u64; typedef unsigned int u32;
            struct event { u64 time; u32 pid; char name[16]; short port; signed char sign; };
            u64 total; static volatile const u32 target = 7;
            static u64 (*now)(void) = (void *) 5;
            __attribute__((noinline)) static int sum(const int *numbers, int count) {
                int result = 0;
                for (int i = 0; i < count; i++) { result += (u32) (numbers[i] * (i ^ 3)) / 5; }
                return result;
            }
            int main_function(struct event *event, int *numbers, u64 count) {
                if (event->pid != target) return 0;
                event->time = now();
                __sync_fetch_and_add(&total, event->time >> 3);
                event->port = __builtin_bswap16(event->port);
                event->sign = -event->sign;
                u64 product = 0x123456789abcdef0ULL;
                while (count-- > 10) { product *= count | 1; if ((long long) product < -5) product %= 1000; }
                return sum(numbers, (int) count) + event->sign + (int) product;
            }
            """;
    private static final String SWITCH = """
            int classify(int value, unsigned long mask, short *out) {
                switch (value) {
                    case 1: *out = -3; return 10;
                    case 2: *out = value << 3; return mask & 8 ? 20 : 21;
                    case 30: return (int) (mask >> 40) ^ value;
                    default: return value > 100 ? -value : (signed char) value;
                }
            }
            """;

    @TempDir
    private Path directory;

    private static String objdump(int version) {
        assumeTrue(Llvm.find("llvm-mc", 14).isPresent(), "llvm-mc is not installed");
        var objdump = Llvm.find("llvm-objdump", version);
        assumeTrue(objdump.isPresent(), "llvm-objdump " + version + " or newer is not installed");
        return objdump.orElseThrow();
    }

    /** Returns what LLVM makes of an instruction where it shows less than we do, or other registers. */
    private static String llvmSpelling(Insn insn) {
        String text = Disassembler.text(insn);
        return switch (insn) {
            case CallFunction call -> "call " + call.distance();
            case CallKernelFunction call -> "call " + call.btfId();
            case LoadPacket(var width, var indirect, var index, var offset) when indirect ->
                Disassembler.text(new LoadPacket(width, true, index, 0));
            case LoadImmediate64(var dst, var kind, var low, var high) when kind != Immediate64.NUMBER ->
                "ld_pseudo\t" + dst + ", " + kind.code() + ", " + Integer.toUnsignedString(low);
            case Load load when !load.signed() && load.width() != Width.DOUBLE -> "w" + text.substring(1);
            case Store store when store.width() != Width.DOUBLE && store.value() instanceof Register value ->
                text.substring(0, text.length() - value.toString().length()) + "w" + value.number();
            default -> text;
        };
    }

    private void assertLlvmAgrees(List<Insn> forms, String objdump) throws IOException {
        List<String> lines = Llvm.disassemble(objdump, Llvm.object(directory, InsnCodec.encode(forms)),
                "--mcpu=v4");
        assertSameLines(lines, forms.stream().map(LlvmComparisonTest::llvmSpelling).toList());
    }

    /** Shows the lines that differ and no others. */
    private static void assertSameLines(List<String> expected, List<String> actual) {
        assertEquals(expected.size(), actual.size(), "number of lines");
        assertEquals("", IntStream.range(0, expected.size())
                .filter(index -> !expected.get(index).equals(actual.get(index)))
                .mapToObj(index -> index + ": expected " + expected.get(index) + ", but was "
                        + actual.get(index) + "\n")
                .collect(Collectors.joining()));
    }

    @Test
    void everyFormOfInstructionIsSpelledAsLlvmDoes() throws IOException {
        assertLlvmAgrees(InsnForms.all(), objdump(Llvm.KNOWS_V4));
    }

    /** Older versions have no v4, no modulo, no {@code &} branches and no stores of immediates. */
    @Test
    void arithmeticAndLoadsAreSpelledAsAnyLlvmDoes() throws IOException {
        List<Insn> forms = InsnForms.all().stream()
                .filter(insn -> insn instanceof Alu alu && alu.operation() != AluOperation.MODULO
                        || insn instanceof Load load && load.width() == Width.DOUBLE)
                .filter(insn -> IsaVersion.of(insn) == IsaVersion.V1).toList();
        assertFalse(forms.isEmpty());
        assertLlvmAgrees(forms, objdump(14));
    }

    /** What {@code llvm-mc} makes of our text is what we make of it; it takes long jumps to labels only. */
    @Test
    void llvmAssemblesOurTextToTheSameBytes() throws IOException {
        objdump(Llvm.KNOWS_V4);
        List<Insn> forms = new ArrayList<>(InsnForms.all());
        forms.removeIf(insn -> !llvmSpelling(insn).equals(Disassembler.text(insn))
                || insn instanceof Jump jump && jump.distance() != (short) jump.distance());
        Path assembly = Files.writeString(directory.resolve("ours.s"),
                new Disassembler(Options.PLAIN).disassemble(forms));
        Path object = directory.resolve("ours.o");
        Llvm.run(List.of(Llvm.find("llvm-mc", Llvm.KNOWS_V4).orElseThrow(), "-triple", "bpfel", "-mcpu=v4",
                "-filetype=obj", "-o", object.toString(), assembly.toString()));
        assertEquals(forms, InsnCodec.decode(text(object)));
    }

    /** Each opcode byte, with fields that suit some instruction: LLVM knows two that the standard does not have. */
    @Test
    void opcodesAreThoseOfLlvmButForItsExtensions() throws IOException {
        String objdump = objdump(Llvm.KNOWS_V4);
        List<Integer> extensions = List.of(0x8d /* callx */, 0xe5 /* may_goto */);
        List<byte[]> codes = IntStream.range(0, 256).mapToObj(LlvmComparisonTest::plausible).toList();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        codes.forEach(all::writeBytes);
        List<String> lines = Llvm.disassemble(objdump, Llvm.object(directory, all.toByteArray()),
                "--mcpu=v4");
        assertEquals(
                IntStream.range(0, 256).filter(opcode -> !lines.get(opcode).equals("<unknown>"))
                        .filter(opcode -> !extensions.contains(opcode)).boxed().toList(),
                IntStream.range(0, 256).filter(opcode -> isDecodable(codes.get(opcode))).boxed().toList());
    }

    private static byte[] plausible(int opcode) {
        boolean swap = opcode == 0xd4 || opcode == 0xd7 || opcode == 0xdc;
        byte[] slot = {(byte) opcode, 0, 0, 0, (byte) (swap ? 16 : 0), 0, 0, 0};
        return opcode == 0x18 ? Arrays.copyOf(slot, 16) : slot;
    }

    private static boolean isDecodable(byte[] code) {
        try {
            return InsnCodec.decode(code).size() == 1;
        } catch (MalformedProgramException malformed) {
            return false;
        }
    }

    enum Source {
        LOOP_PROGRAM(LOOP),
        SWITCH_PROGRAM(SWITCH);

        private final String text;

        Source(String text) {
            this.text = text;
        }
    }

    @ParameterizedTest
    @EnumSource
    void compiledProgramsDisassembleAsLlvmDoes(Source program) throws IOException {
        String objdump = objdump(14);
        Path object = directory.resolve("program.o");
        compile(program, "-mcpu=v3", "-c", "-o", object.toString());
        assertListingAgrees(objdump, object);
    }

    /** The compiler that is installed may be older than the code generator that knows v4. */
    @ParameterizedTest
    @EnumSource
    void programsForVersion4DisassembleAsLlvmDoes(Source program) throws IOException {
        String objdump = objdump(Llvm.KNOWS_V4);
        var generator = Llvm.find("llc", Llvm.KNOWS_V4);
        assumeTrue(generator.isPresent(), "llc " + Llvm.KNOWS_V4 + " or newer is not installed");
        Path intermediate = directory.resolve("program.ll");
        Path object = directory.resolve("program.o");
        compile(program, "-S", "-emit-llvm", "-o", intermediate.toString());
        Llvm.run(List.of(generator.orElseThrow(), "-march=bpf", "-mcpu=v4", "-O2", "-filetype=obj", "-o",
                object.toString(), intermediate.toString()));
        assertEquals(IsaVersion.V4, IsaVersion.of(InsnCodec.decode(text(object))));
        assertListingAgrees(objdump, object);
    }

    private void compile(Source program, String... options) throws IOException {
        var clang = Llvm.find("clang", 14);
        assumeTrue(clang.isPresent(), "clang is not installed");
        Path source = Files.writeString(directory.resolve("program.c"), program.text);
        List<String> command = new ArrayList<>(List.of(clang.orElseThrow(), "-target", "bpf", "-O2"));
        command.addAll(List.of(options));
        command.add(source.toString());
        Llvm.run(command);
    }

    private void assertListingAgrees(String objdump, Path object) throws IOException {
        List<Insn> instructions = InsnCodec.decode(text(object));
        assertSameLines(Llvm.disassemble(objdump, object),
                instructions.stream().map(insn -> insn instanceof CallFunction call
                        ? "call " + call.distance()
                        : Disassembler.text(insn)).toList());
        String listing = new Disassembler(Options.FULL).disassemble(instructions);
        assertEquals(instructions, Assembler.assemble(listing).instructions());
    }

    private byte[] text(Path object) throws IOException {
        var objcopy = Llvm.find("llvm-objcopy", 14);
        assumeTrue(objcopy.isPresent(), "llvm-objcopy is not installed");
        Path code = directory.resolve("text.bin");
        Llvm.run(List.of(objcopy.orElseThrow(), "-O", "binary", "--only-section=.text", object.toString(),
                code.toString()));
        return Files.readAllBytes(code);
    }

    /** Operands are a register or a number; no third thing may slip through the comparison. */
    @Test
    void formsCoverEveryKindOfInstruction() {
        List<Class<?>> kinds = List.of(Insn.class.getPermittedSubclasses());
        assertEquals(kinds, kinds.stream()
                .filter(kind -> InsnForms.all().stream().anyMatch(kind::isInstance)).toList());
        assertEquals(2, Operand.class.getPermittedSubclasses().length);
    }
}
