package io.bpf4j.vm.isa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.Statistics;

class InsnCodecProperties {

    @Provide
    Arbitrary<List<Insn>> programs() {
        return InsnArbitraries.programs();
    }

    /** Slots with the small values that fields mostly have, so that many of them mean something. */
    @Provide
    Arbitrary<byte[]> likelySlots() {
        Arbitrary<Integer> registers = Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just(0)),
                Tuple.of(2, Arbitraries.integers().between(0, 10)),
                Tuple.of(1, Arbitraries.integers().between(0, 15)));
        Arbitrary<Short> offsets = Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just((short) 0)),
                Tuple.of(2, Arbitraries.of((short) 1, (short) 8, (short) 16, (short) 32)),
                Tuple.of(1, Arbitraries.shorts()));
        Arbitrary<Integer> immediates = Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just(0)),
                Tuple.of(2, Arbitraries.of(1, 16, 0x40, 0x41, 0xe1, 0xf1)),
                Tuple.of(1, Arbitraries.integers()));
        return Combinators
                .combine(Arbitraries.integers().between(0, 255), registers, registers, offsets, immediates)
                .as((opcode, dst, src, offset, immediate) -> ByteBuffer.allocate(8)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .put(opcode.byteValue()).put((byte) (src << 4 | dst)).putShort(offset)
                        .putInt(immediate).array());
    }

    @Property
    void encodedInstructionsDecodeToThemselves(@ForAll("programs") List<Insn> program) {
        assertEquals(program, InsnCodec.decode(InsnCodec.encode(program)));
    }

    @Property
    void everyInstructionTakesItsSlots(@ForAll("programs") List<Insn> program) {
        assertEquals(8 * Instructions.of(program).slots(), InsnCodec.encode(program).length);
    }

    @Property
    void anyBytesAreInstructionsOrMalformed(@ForAll byte[] bytes) {
        assertAcceptedOrMalformed(bytes);
    }

    @Property(tries = 20_000)
    void likelySlotsAreInstructionsOrMalformed(@ForAll("likelySlots") byte[] slot) {
        boolean accepted = assertAcceptedOrMalformed(slot);
        Statistics.collect(accepted ? "accepted" : "rejected");
        Statistics.coverage(coverage -> coverage.check("accepted").percentage(percentage -> percentage > 5));
    }

    @Property
    void damagedProgramsAreInstructionsOrMalformed(@ForAll("programs") List<Insn> program,
            @ForAll @IntRange(max = 1000) int position, @ForAll byte value) {
        byte[] bytes = InsnCodec.encode(program);
        if (bytes.length > 0) {
            bytes[position % bytes.length] = value;
        }
        assertAcceptedOrMalformed(bytes);
    }

    private static boolean assertAcceptedOrMalformed(byte[] bytes) {
        List<Insn> decoded;
        try {
            decoded = InsnCodec.decode(bytes);
        } catch (MalformedProgramException malformed) {
            assertEquals(malformed.slot(), Math.min(malformed.slot(), bytes.length / 8),
                    "slot within the bytes");
            return false;
        }
        assertArrayEquals(bytes, InsnCodec.encode(decoded));
        return true;
    }
}
