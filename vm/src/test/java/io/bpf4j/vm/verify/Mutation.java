package io.bpf4j.vm.verify;

import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.MalformedProgramException;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.Reference;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** Programs that differ from a sensible one by a few fields of a few instructions. */
public final class Mutation {

    private static final int[] IMMEDIATES = {0, 1, -1, 2, 7, 8, 16, 31, 32, 40, 41, 47, 48, 63, 64, 255, -8,
        -16, -512,
        -520, 65535, Integer.MAX_VALUE, Integer.MIN_VALUE};
    private static final int[] OFFSETS = {0, 1, -1, 2, 4, 8, 16, 40, 41, 48, -4, -8, -12, -16, -512, -516,
        160, 168};
    private static final int TRIES = 30;

    private final Random random;

    /** Makes the source of changes. */
    public Mutation(Random random) {
        this.random = random;
    }

    /** Returns a program with one to three instructions changed. */
    public Program of(Program program) {
        List<Insn> instructions = new ArrayList<>(program.instructions());
        for (int left = 1 + random.nextInt(3); left > 0; left--) {
            int index = random.nextInt(instructions.size());
            instructions.set(index, random.nextInt(6) == 0
                    ? likeAnother(instructions, index)
                    : changed(instructions.get(index)));
        }
        Set<Integer> loads = new HashSet<>();
        int slot = 0;
        for (Insn insn : instructions) {
            if (insn instanceof LoadImmediate64) {
                loads.add(slot);
            }
            slot += insn.slots();
        }
        List<Reference> references = program.references().stream()
                .filter(reference -> loads.contains(reference.slot())).toList();
        return new Program(program.name(), program.type(), program.attach(), instructions, references,
                List.of(),
                List.of());
    }

    private Insn likeAnother(List<Insn> instructions, int index) {
        Insn other = instructions.get(random.nextInt(instructions.size()));
        return other.slots() == instructions.get(index).slots() ? other : instructions.get(index);
    }

    private Insn changed(Insn insn) {
        byte[] bytes = InsnCodec.encode(List.of(insn));
        for (int attempt = 0; attempt < TRIES; attempt++) {
            byte[] other = bytes.clone();
            change(other);
            try {
                List<Insn> decoded = InsnCodec.decode(other);
                if (decoded.size() == 1 && decoded.getFirst().slots() == insn.slots()) {
                    return decoded.getFirst();
                }
            } catch (MalformedProgramException e) {
                // That was no instruction; the next attempt may be one.
            }
        }
        return insn;
    }

    private void change(byte[] bytes) {
        switch (random.nextInt(6)) {
            case 0 -> bytes[1] = (byte) (bytes[1] & 0xf0 | random.nextInt(11));
            case 1 -> bytes[1] = (byte) (bytes[1] & 0x0f | random.nextInt(11) << 4);
            case 2 -> setImmediate(bytes, IMMEDIATES[random.nextInt(IMMEDIATES.length)]);
            case 3 -> {
                int offset = OFFSETS[random.nextInt(OFFSETS.length)];
                bytes[2] = (byte) offset;
                bytes[3] = (byte) (offset >> Byte.SIZE);
            }
            case 4 -> bytes[0] = (byte) (bytes[0] & 0x0f | random.nextInt(16) << 4);
            default -> bytes[0] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        }
    }

    private static void setImmediate(byte[] bytes, int immediate) {
        for (int i = 0; i < Integer.BYTES; i++) {
            bytes[Integer.BYTES + i] = (byte) (immediate >> i * Byte.SIZE);
        }
    }
}
