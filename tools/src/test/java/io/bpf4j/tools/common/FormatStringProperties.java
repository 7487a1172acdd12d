package io.bpf4j.tools.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.vm.program.OutputSite;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Our conversions against the C library's, through a small C program. */
class FormatStringProperties {

    private static final Map<IntType, Character> C_TYPES = new EnumMap<>(
            Map.of(IntType.S8, 'b', IntType.U8, 'B',
                    IntType.S16, 'h', IntType.U16, 'H', IntType.S32, 'i', IntType.U32, 'I', IntType.S64, 'l',
                    IntType.U64, 'L'));

    private static Path directory;
    private static Process oracle;
    private static InputStream answers;

    @BeforeContainer
    static void compileTheOracle() throws IOException, InterruptedException {
        directory = Files.createTempDirectory("printf-oracle");
        Path program = directory.resolve("oracle");
        Path source = directory.resolve("oracle.c");
        try (InputStream resource = FormatStringProperties.class.getResourceAsStream("printf-oracle.c")) {
            Files.copy(resource, source);
        }
        try {
            int status = new ProcessBuilder("gcc", "-w", "-o", program.toString(), source.toString())
                    .inheritIO().start().waitFor();
            assertEquals(0, status);
        } catch (IOException e) {
            // No compiler: the properties say so.
            return;
        }
        oracle = new ProcessBuilder(program.toString()).start();
        answers = new BufferedInputStream(oracle.getInputStream());
    }

    @AfterContainer
    static void endTheOracle() throws IOException {
        if (oracle != null) {
            oracle.destroy();
        }
        for (String name : List.of("oracle", "oracle.c")) {
            Files.deleteIfExists(directory.resolve(name));
        }
        Files.delete(directory);
    }

    private static String oracle(char type, String format, String value) throws IOException {
        assumeTrue(oracle != null, "needs gcc, whose printf is the oracle");
        OutputStream questions = oracle.getOutputStream();
        questions.write((type + format + "\t" + value + "\n").getBytes(StandardCharsets.ISO_8859_1));
        questions.flush();
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        for (int next = answers.read(); next != 0; next = answers.read()) {
            assertEquals(true, next > 0, "the oracle ended");
            answer.write(next);
        }
        return answer.toString(StandardCharsets.ISO_8859_1);
    }

    private static String ours(String format, Type type, byte[] argument) {
        StructType record = StructType.struct("record", List.of(
                new StructType.Member("id", IntType.U32), new StructType.Member("argument", type)));
        ByteBuffer bytes = ByteBuffer.allocate(record.size()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(record.fields().get(1).offset(), argument);
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        try (Output output = Output.to(text)) {
            FormatString.compile(new OutputSite.Print(0, format, record)).write(bytes, output);
        }
        return text.toString(StandardCharsets.ISO_8859_1);
    }

    @Property(tries = 5000)
    void numbersPrintAsInC(@ForAll("conversions") String conversion, @ForAll("letters") char letter,
            @ForAll("types") IntType type, @ForAll("numbers") long number) throws IOException {
        byte[] little = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(number)
                .array();
        byte[] argument = java.util.Arrays.copyOf(little, type.size());
        long widened = Values.number(ByteBuffer.wrap(argument).order(ByteOrder.LITTLE_ENDIAN), 0, type);
        String value = type.signed() ? Long.toString(widened) : Long.toUnsignedString(widened);
        String length = type.size() == Long.BYTES ? "ll" : "";
        assertEquals(oracle(C_TYPES.get(type), "<" + conversion + length + letter + ">", value),
                ours("<" + conversion + letter + ">", type, argument));
    }

    @Property(tries = 1000)
    void pointersPrintAsInC(@ForAll("widths") String width, @ForAll("numbers") long number)
            throws IOException {
        byte[] argument = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(number)
                .array();
        assertEquals(oracle('L', "%" + width + "p", Long.toUnsignedString(number)),
                ours("%" + width + "p", IntType.U64, argument));
    }

    @Property(tries = 1000)
    void textsPrintAsInC(@ForAll("widths") String width, @ForAll("precisions") String precision,
            @ForAll("texts") String text) throws IOException {
        byte[] argument = text.getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(oracle('s', "%" + width + precision + "s", text),
                ours("%" + width + precision + "s", new ArrayType(IntType.CHAR, argument.length), argument));
    }

    @Property(tries = 300)
    void charactersPrintAsInC(@ForAll("widths") String width, @ForAll("letterCodes") int code)
            throws IOException {
        assertEquals(oracle('i', "%" + width + "c", Integer.toString(code)),
                ours("%" + width + "c", IntType.CHAR, new byte[]{(byte) code}));
    }

    @Provide
    Arbitrary<String> conversions() {
        Arbitrary<String> flags = Arbitraries.of('-', '+', ' ', '#', '0').list().ofMaxSize(4)
                .map(list -> list.stream().map(String::valueOf).reduce("", String::concat));
        return Combinators.combine(flags, digits(), precisions())
                .as((flag, width, precision) -> "%" + flag + width + precision);
    }

    private static Arbitrary<String> digits() {
        return Arbitraries.integers().between(1, 40).map(String::valueOf).injectNull(0.4)
                .map(width -> width == null ? "" : width);
    }

    @Provide
    Arbitrary<String> widths() {
        return Combinators.combine(Arbitraries.of("", "-"), digits()).as(String::concat);
    }

    @Provide
    Arbitrary<String> precisions() {
        return Arbitraries.integers().between(-1, 40)
                .map(digits -> digits < 0 ? "" : digits == 0 ? "." : "." + digits);
    }

    @Provide
    Arbitrary<Character> letters() {
        return Arbitraries.of('d', 'i', 'u', 'x', 'X', 'o');
    }

    @Provide
    Arbitrary<IntType> types() {
        return Arbitraries.of(C_TYPES.keySet());
    }

    @Provide
    Arbitrary<Long> numbers() {
        return Arbitraries.oneOf(Arbitraries.longs(), Arbitraries.integers().map(Integer::longValue),
                Arbitraries.of(0L, 1L, -1L, Long.MIN_VALUE, Long.MAX_VALUE, (long) Integer.MIN_VALUE,
                        0xffff_ffffL, 0x8000L, 7L, 8L));
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().withCharRange('\u0001', '\u00ff').excludeChars('\n').ofMaxLength(50);
    }

    @Provide
    Arbitrary<Integer> letterCodes() {
        return Arbitraries.integers().between(1, 255);
    }
}
