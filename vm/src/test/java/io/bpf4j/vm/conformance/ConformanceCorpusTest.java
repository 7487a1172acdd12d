package io.bpf4j.vm.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.conformance.ConformanceCase.Expectation;
import io.bpf4j.vm.conformance.ConformanceCase.Failure;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.isa.MalformedProgramException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The corpus itself: it is large, it leaves nothing out, and its malformed programs are malformed for its reasons. */
class ConformanceCorpusTest {
    private static final int LOAD_IMMEDIATE_64 = 0x18;

    private static boolean isMalformed(ConformanceCase test) {
        return test.expected() instanceof Expectation.Fails fails && fails.failure() == Failure.MALFORMED;
    }

    static List<ConformanceCase> malformed() {
        return ConformanceCorpus.all().stream().filter(ConformanceCorpusTest::isMalformed).toList();
    }

    @Test
    void thereAreHundredsOfCases() {
        assertTrue(ConformanceCorpus.all().size() >= 1000, "only " + ConformanceCorpus.all().size());
    }

    @Test
    void noTwoCasesAreTheSame() {
        Map<String, String> names = new HashMap<>();
        for (ConformanceCase test : ConformanceCorpus.all()) {
            String content = HexFormat.of().formatHex(test.bytes()) + " "
                    + HexFormat.of().formatHex(test.memory());
            String other = names.put(content, test.name());
            assertEquals(null, other, test.name());
        }
    }

    @ParameterizedTest
    @MethodSource("malformed")
    void malformedProgramsAreRefusedForTheReasonInTheFile(ConformanceCase test) {
        String message = ((Expectation.Fails) test.expected()).message();
        assertFalse(message.isEmpty(), "no message");
        String actual = assertThrows(MalformedProgramException.class, () -> InsnCodec.decode(test.bytes()))
                .getMessage();
        assertTrue(actual.contains(message), actual);
    }

    @Test
    void allOtherProgramsAreInstructions() {
        for (ConformanceCase test : ConformanceCorpus.all()) {
            if (!isMalformed(test)) {
                assertArrayEquals(test.bytes(), InsnCodec.encode(InsnCodec.decode(test.bytes())),
                        test.name());
            }
        }
    }

    @Test
    void everyInstructionOfTheStandardIsInAProgramThatTheKernelRuns() {
        Set<String> missing = standard();
        for (ConformanceCase test : ConformanceCorpus.all()) {
            if (test.expected() instanceof Expectation.Returns && test.kernelRefusal().isEmpty()) {
                missing.removeAll(forms(test.bytes()));
            }
        }
        assertEquals(Set.of(), missing);
    }

    /** RFC 9669, appendix A, without maps, helpers, variables, callbacks and packets. */
    private static Set<String> standard() {
        Set<String> forms = new TreeSet<>();
        for (int type : new int[]{0x04, 0x07}) {
            for (int source : new int[]{0x00, 0x08}) {
                for (int operation = 0x00; operation <= 0xc0; operation += 0x10) {
                    if (operation != 0x80) {
                        forms.add(form(operation | source | type, 0));
                    }
                }
                forms.add(form(0x30 | source | type, 1));
                forms.add(form(0x90 | source | type, 1));
            }
            forms.add(form(0x80 | type, 0));
            forms.add(form(0xb8 | type, 8));
            forms.add(form(0xb8 | type, 16));
        }
        forms.add(form(0xbf, 32));
        for (int opcode : new int[]{0xd4, 0xdc, 0xd7}) {
            for (int bits = 16; bits <= 64; bits *= 2) {
                forms.add(form(opcode, bits));
            }
        }
        for (int operation = 0x10; operation <= 0xd0; operation += 0x10) {
            if (operation != 0x80 && operation != 0x90) {
                for (int type : new int[]{0x05, 0x0d, 0x06, 0x0e}) {
                    forms.add(form(operation | type, 0));
                }
            }
        }
        for (int opcode : new int[]{0x05, 0x06, 0x95, 0x18, 0x61, 0x69, 0x71, 0x79, 0x81, 0x89, 0x91, 0x62,
            0x6a, 0x72, 0x7a, 0x63, 0x6b, 0x73, 0x7b}) {
            forms.add(form(opcode, 0));
        }
        forms.add(form(0x85, 1));
        for (int operation : new int[]{0x00, 0x01, 0x40, 0x41, 0x50, 0x51, 0xa0, 0xa1, 0xe1, 0xf1}) {
            forms.add(form(0xc3, operation));
            forms.add(form(0xdb, operation));
        }
        return forms;
    }

    private static String form(int opcode, int variant) {
        return String.format("0x%02x variant %d", opcode, variant);
    }

    private static Set<String> forms(byte[] program) {
        Set<String> forms = new TreeSet<>();
        ByteBuffer in = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < program.length; at += Long.BYTES) {
            int opcode = in.get(at) & 0xff;
            forms.add(form(opcode, variant(opcode, in.get(at + 1) >> 4 & 0xf, in.getShort(at + 2),
                    in.getInt(at + 4))));
            at += opcode == LOAD_IMMEDIATE_64 ? Long.BYTES : 0;
        }
        return forms;
    }

    /** The field that tells instructions with the same opcode apart. */
    private static int variant(int opcode, int src, short offset, int immediate) {
        return switch (opcode & 0xf7) {
            case 0xd4, 0xd7, 0xc3, 0xd3 -> immediate;
            case 0x85 -> src;
            case 0x34, 0x37, 0x94, 0x97, 0xb4, 0xb7 -> offset;
            default -> 0;
        };
    }

    @Test
    void everyPartOfAFileIsRead() {
        ConformanceCase test = new CaseReader("topic/name", """
                # Shows
                # something.
                program:
                    r0 = 5      # a comment
                  end:
                    exit
                memory: 01 02   # two
                memory afterwards:
                    03
                    04
                r0: 0xffffffffffffffff
                kernel: refuses "a reason"
                """).read();
        assertEquals("topic/name", test.name());
        assertEquals("Shows something.", test.description());
        assertArrayEquals(HexFormat.of().parseHex("b7000000050000009500000000000000"), test.bytes());
        assertArrayEquals(new byte[]{1, 2}, test.memory());
        Expectation.Returns returns = (Expectation.Returns) test.expected();
        assertEquals(-1, returns.r0());
        assertArrayEquals(new byte[]{3, 4}, returns.memory());
        assertEquals("a reason", test.kernelRefusal().orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(strings = {"program:\n exit\nr0: 0x0", "# no result\nprogram:\n exit",
        "# two\nprogram:\n exit\nprogram:\n exit\nr0: 0x0",
        "# both\nprogram:\n exit\nr0: 0x0\nerror: endless",
        "# decimal\nprogram:\n exit\nr0: 10", "# unknown\nprogram:\n exit\nerror: bad luck",
        "# not indented\nprogram:\nexit\nr0: 0x0", "# grammar\nprogram:\n leave\nr0: 0x0",
        "# length\nprogram:\n exit\nmemory: 00\nmemory afterwards: 0000\nr0: 0x0",
        "# kernel\nprogram:\n exit\nr0: 0x0\nkernel: maybe"})
    void mistakesInAFileNameTheFile(String text) {
        String message = assertThrows(IllegalArgumentException.class,
                () -> new CaseReader("topic/name", text).read()).getMessage();
        assertTrue(message.startsWith("topic/name:"), message);
    }

    @Test
    void memoryStaysAsItWasUnlessTheFileSaysOtherwise() {
        for (ConformanceCase test : ConformanceCorpus.all()) {
            if (test.expected() instanceof Expectation.Returns returns) {
                assertEquals(test.memory().length, returns.memory().length, test.name());
            }
        }
        ConformanceCase load = ConformanceCorpus.all().stream()
                .filter(test -> test.name().equals("loads/u8_high_bit_set")).findFirst().orElseThrow();
        assertTrue(Arrays.equals(load.memory(), ((Expectation.Returns) load.expected()).memory()));
    }
}
