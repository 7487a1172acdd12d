package io.bpf4j.vm.btf.core;

import io.bpf4j.vm.btf.Btf;
import io.bpf4j.vm.btf.BtfException;
import io.bpf4j.vm.btf.BtfType;
import io.bpf4j.vm.isa.Insn;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Fits the instructions of one object to the types of one kernel, as libbpf does (tools/lib/bpf/relo_core.c).
 *
 * <p>Types go together by name, without the {@code ___flavour} that a name may end with. What the kernel does not have
 * makes its instruction {@linkplain #POISON poison}: that is no fault as long as the program never gets there, for
 * instance because it asked before whether the field exists. For use by one thread.
 */
public final class CoreRelocator {
    /**
     * The helper that an instruction without an answer calls; there is none of that number, so the verifier refuses a
     * program that can get there. The number is libbpf's.
     */
    public static final int POISON = 0xbad2310;

    private final TypeGraph local;
    private final Optional<TypeGraph> target;
    private final Map<Integer, List<Integer>> candidates = new HashMap<>();

    /**
     * What has become of an instruction.
     *
     * @param instructions as many slots as before
     * @param unresolved why the instruction is poison; empty if it is not
     */
    public record Outcome(List<Insn> instructions, String unresolved) {}

    /**
     * Makes a relocator.
     *
     * @param local the types of the object
     * @param target the types of the kernel; without them everything that is asked of it is poison
     */
    public CoreRelocator(Btf local, Optional<Btf> target) {
        this.local = new TypeGraph(local);
        this.target = target.map(TypeGraph::new);
    }

    /**
     * Relocates an instruction.
     *
     * @throws BtfException if the relocation, its types or the instruction are wrong, or the kernel has several
     *         types of the name that give different answers
     */
    public Outcome relocate(Insn insn, CoreRelocation relocation) {
        AccessPath path = AccessPath.parse(local, relocation);
        if (relocation.kind() == CoreKind.TYPE_ID_LOCAL) {
            Answer own = Answer.of(relocation.kind(), path);
            return new Outcome(List.of(InsnPatch.apply(insn, own, own, path)), "");
        }
        if (local.name(relocation.type()).isEmpty()) {
            throw new BtfException(
                    "type " + relocation.type() + " has no name by which a kernel could know it");
        }
        if (target.isEmpty()) {
            return poison(insn, "no types of a kernel are known, which " + path + " is to be found in");
        }
        Answer own = Answer.of(relocation.kind(), path);
        Optional<Answer> theirs = answer(relocation, path, target.get());
        if (theirs.isEmpty()) {
            return poison(insn, "the kernel has no " + path + ", whose " + relocation.kind().words()
                    + " is asked for");
        }
        if (InsnPatch.isAccess(insn) && own.accessSize() != theirs.get().accessSize()
                && !TypeCompatibility.mayChangeSize(own.accessType(), theirs.get().accessType())) {
            return poison(insn, path + " has " + theirs.get().accessSize() + " bytes in the kernel, "
                    + own.accessSize() + " in the object, and may be signed");
        }
        return new Outcome(List.of(InsnPatch.apply(insn, own, theirs.get(), path)), "");
    }

    private Optional<Answer> answer(CoreRelocation relocation, AccessPath path, TypeGraph kernel) {
        PathMatcher matcher = new PathMatcher(local, kernel);
        List<AccessPath> found = new ArrayList<>();
        for (int candidate : candidates.computeIfAbsent(relocation.type(), id -> kernel.like(id, local))) {
            matcher.match(relocation.kind(), path, candidate).ifPresent(found::add);
        }
        if (found.isEmpty()) {
            return switch (relocation.kind()) {
                case FIELD_EXISTS, ENUM_CONSTANT_EXISTS, TYPE_EXISTS, TYPE_SIZE, TYPE_MATCHES,
                        TYPE_ID_TARGET ->
                    Optional.of(new Answer(0, true, 0, new BtfType.Void()));
                default -> Optional.empty();
            };
        }
        Answer first = Answer.of(relocation.kind(), found.getFirst());
        for (AccessPath other : found) {
            if (other.bits() != found.getFirst().bits()
                    || Answer.of(relocation.kind(), other).value() != first.value()) {
                throw new BtfException("the kernel has several types " + kernel.name(other.root())
                        + ", which do not agree on the " + relocation.kind().words() + " of " + path);
            }
        }
        return Optional.of(first);
    }

    private static Outcome poison(Insn insn, String why) {
        return new Outcome(Collections.nCopies(insn.slots(), new Insn.CallHelper(POISON)), why);
    }
}
