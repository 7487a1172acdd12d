package io.bpf4j.vm.verify;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.engine.EngineException;
import io.bpf4j.vm.engine.TrapException;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.text.Disassembler;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whatever the verifier accepts never traps, on any input tried: the accepted cases, and thousands of programs made
 * from them by changing a few instructions. {@code -Dbpf4j.mutations=N} tries more.
 */
class SoundnessTest {

    private static final int RUNS = 12;
    private static final int MUTATIONS = Integer.getInteger("bpf4j.mutations", 20_000);
    private static final long SEED = Long.getLong("bpf4j.seed", 1);

    @Test
    void acceptedCasesNeverTrap() {
        for (VerifierCase one : runnable()) {
            if (Verifier.verify(one.program(), one.input()) instanceof VerifiedProgram) {
                run(one, one.program(), 100, SEED);
            }
        }
    }

    @Test
    void acceptedMutationsNeverTrap() {
        List<VerifierCase> cases = runnable();
        int accepted = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            Random random = new Random(SEED << 32 | i);
            VerifierCase one = cases.get(random.nextInt(cases.size()));
            Program mutant = new Mutation(random).of(one.program());
            if (Verifier.verify(mutant, one.input().withBudget(100_000)) instanceof VerifiedProgram verified
                    && !callsNothingInDeadCode(verified)) {
                accepted++;
                run(one, mutant, RUNS, SEED << 32 | i);
            }
        }
        assertTrue(accepted > MUTATIONS / 20, "only " + accepted + " were accepted");
    }

    /** Contexts of packets are descriptions that the kernel makes; nothing in user space can pose as one. */
    private static List<VerifierCase> runnable() {
        return VerifierCase.all().stream().filter(one -> !one.name().startsWith("packets")).toList();
    }

    /** The kernel, too, takes calls that no helper answers where nothing leads to; engines refuse to prepare them. */
    private static boolean callsNothingInDeadCode(VerifiedProgram verified) {
        int slot = 0;
        for (Insn insn : verified.program().instructions()) {
            if (insn instanceof Insn.CallHelper call && Helper.byId(call.id()).isEmpty()
                    && verified.deadSlots().get(slot)) {
                return true;
            }
            slot += insn.slots();
        }
        return false;
    }

    private static void run(VerifierCase one, Program program, int runs, long seed) {
        HostileMachine machine = new HostileMachine(one.maps(), one.input(), seed);
        for (int run = 0; run < runs; run++) {
            try {
                machine.run(program);
            } catch (TrapException | IllegalStateException | EngineException e) {
                fail(one.name() + ", seed " + seed + ": " + e.getMessage() + "\n" + text(program), e);
            }
        }
    }

    private static String text(Program program) {
        StringBuilder text = new StringBuilder();
        int slot = 0;
        for (Insn insn : InsnCodec.decode(InsnCodec.encode(program.instructions()))) {
            text.append(slot).append(": ").append(Disassembler.text(insn)).append('\n');
            slot += insn.slots();
        }
        return text.append(program.references()).toString();
    }
}
