package io.bpf4j.vm.object.foreign;

import io.bpf4j.vm.btf.Btf;
import io.bpf4j.vm.object.ElfObject;
import io.bpf4j.vm.object.ObjectException;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

import static org.junit.jupiter.api.Assertions.assertTrue;

/** Damaged objects of clang's: either they still say something, or the reader says what is wrong. */
class MalformedObjectTest {
    private static final int DAMAGES = 1000;
    private static final long SEED = 20240607;

    private final AtomicInteger refused = new AtomicInteger();

    private Surroundings surroundings() {
        Btf kernel = Btf
                .parse(ElfObject.parse(ClangObjects.bytes("kernel")).section(".BTF").orElseThrow().bytes());
        return Surroundings.of(Optional.of(kernel), 2);
    }

    private void read(byte[] bytes, Surroundings surroundings, String what) {
        try {
            ForeignObjectReader.read("damaged", bytes, surroundings);
        } catch (ObjectException e) {
            refused.incrementAndGet();
        } catch (RuntimeException | Error e) {
            throw new AssertionError(what + " makes the reader fail: " + e, e);
        }
    }

    @Test
    void truncatedObjectsAreRefused() {
        Surroundings surroundings = surroundings();
        for (String name : ClangObjects.programs()) {
            byte[] whole = ClangObjects.bytes(name);
            for (int length = 0; length < whole.length; length += Math.max(1, whole.length / 150)) {
                read(Arrays.copyOf(whole, length), surroundings, name + " cut at " + length);
            }
        }
        // The table of sections is at the end of the file.
        assertTrue(refused.get() >= ClangObjects.programs().size() * 150, refused.toString());
    }

    @Test
    void flippedBitsNeverMakeTheReaderFail() {
        Surroundings surroundings = surroundings();
        Random random = new Random(SEED);
        for (String name : ClangObjects.programs()) {
            byte[] whole = ClangObjects.bytes(name);
            for (int i = 0; i < DAMAGES; i++) {
                byte[] damaged = whole.clone();
                StringBuilder what = new StringBuilder(name + " with flipped bits");
                int flips = 1 + random.nextInt(4);
                for (int flip = 0; flip < flips; flip++) {
                    int bit = random.nextInt(whole.length * Byte.SIZE);
                    damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
                    what.append(' ').append(bit);
                }
                read(damaged, surroundings, what.toString());
            }
        }
        assertTrue(refused.get() > 0);
    }

    @Test
    void replacedWordsNeverMakeTheReaderFail() {
        Surroundings surroundings = surroundings();
        Random random = new Random(SEED);
        byte[] words = {0, 1, 2, 0x7f, -1, -128, 16};
        for (String name : ClangObjects.programs()) {
            byte[] whole = ClangObjects.bytes(name);
            for (int i = 0; i < DAMAGES; i++) {
                byte[] damaged = whole.clone();
                int at = random.nextInt(whole.length / Integer.BYTES) * Integer.BYTES;
                Arrays.fill(damaged, at, Math.min(at + Integer.BYTES, damaged.length),
                        words[random.nextInt(words.length)]);
                read(damaged, surroundings, name + " with another word at " + at);
            }
        }
        assertTrue(refused.get() > 0);
    }
}
