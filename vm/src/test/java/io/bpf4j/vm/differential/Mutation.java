package io.bpf4j.vm.differential;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.LoadPacket;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Spoils a program: some instructions become others, so that it reads and writes anywhere, or never ends. */
public final class Mutation {

    private final SplittableRandom random;

    private Mutation(long seed) {
        random = new SplittableRandom(~seed);
    }

    /** Returns a program of a few other instructions. */
    public static List<Insn> of(GeneratedProgram program) {
        return new Mutation(program.seed()).mutate(program.instructions());
    }

    private List<Insn> mutate(List<Insn> instructions) {
        List<Insn> spoilt = new ArrayList<>(instructions);
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            int index = random.nextInt(spoilt.size());
            spoilt.set(index, other(spoilt.get(index)));
        }
        return spoilt;
    }

    private Insn other(Insn insn) {
        return switch (insn) {
            case Exit exit -> exit;
            case Jump jump -> jump;
            case CallFunction call -> call;
            case Branch(var condition, var wide, var left, var right, var distance) ->
                new Branch(condition.swapped(), !wide, left, right, distance);
            default -> insn.slots() == 1 ? other() : insn;
        };
    }

    private Insn other() {
        short offset = (short) random.nextInt(-300, 300);
        Width width = Width.values()[random.nextInt(4)];
        return switch (random.nextInt(6)) {
            case 0, 1 -> new Load(width, false, writable(), any(), offset);
            case 2, 3 -> new Store(width, any(), offset, any());
            case 4 -> random.nextInt(8) == 0
                    ? new LoadPacket(Width.WORD, false, Register.R0, 0)
                    : new Atomic(AtomicOperation.ADD, random.nextBoolean() ? Width.WORD : Width.DOUBLE,
                            random.nextBoolean(), any(), offset, writable());
            default ->
                new Alu(AluOperation.values()[random.nextInt(14)], random.nextBoolean(), writable(), any());
        };
    }

    private Register writable() {
        return Register.of(random.nextInt(10));
    }

    private Register any() {
        return Register.of(random.nextInt(11));
    }
}
