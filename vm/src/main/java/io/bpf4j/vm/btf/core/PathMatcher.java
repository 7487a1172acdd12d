package io.bpf4j.vm.btf.core;

import io.bpf4j.vm.btf.BtfType;
import io.bpf4j.vm.btf.core.AccessPath.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Walks a way through the object's types again through the kernel's, by the names of fields. The rules are those that
 * libbpf and the kernel share (tools/lib/bpf/relo_core.c, bpf_core_spec_match).
 */
final class PathMatcher {
    private final TypeGraph local;
    private final TypeGraph target;
    private final TypeCompatibility compatibility;
    private final List<Step> steps = new ArrayList<>();
    private long bits;

    PathMatcher(TypeGraph local, TypeGraph target) {
        this.local = local;
        this.target = target;
        this.compatibility = new TypeCompatibility(local, target);
    }

    /** Finds the same way from a type of the kernel; empty if there is none. */
    Optional<AccessPath> match(CoreKind kind, AccessPath path, int candidate) {
        steps.clear();
        bits = 0;
        boolean found = switch (kind) {
            case TYPE_MATCHES -> compatibility.matches(path.root(), candidate);
            case TYPE_ID_LOCAL, TYPE_ID_TARGET, TYPE_EXISTS, TYPE_SIZE ->
                compatibility.compatible(path.root(), candidate);
            case ENUM_CONSTANT_EXISTS, ENUM_CONSTANT_VALUE -> constant(path.last(), candidate);
            default -> fields(path, candidate);
        };
        return found ? Optional.of(new AccessPath(target, candidate, steps, bits)) : Optional.empty();
    }

    private boolean constant(Step step, int candidate) {
        int id = target.resolve(candidate);
        if (target.type(id) instanceof BtfType.Enumeration constants) {
            String wanted = TypeGraph.essential(step.name());
            for (int i = 0; i < constants.constants().size(); i++) {
                String name = constants.constants().get(i).name();
                if (TypeGraph.essential(name).equals(wanted)) {
                    steps.add(new Step(id, i, name));
                    return true;
                }
            }
        }
        return false;
    }

    private boolean fields(AccessPath path, int candidate) {
        int at = candidate;
        for (Step step : path.steps()) {
            at = target.resolve(at);
            if (!step.name().isEmpty()) {
                int next = member(step, at, 0);
                if (next < 0) {
                    return false;
                }
                at = next;
                continue;
            }
            // The first index counts whole objects of the type itself.
            if (!steps.isEmpty()) {
                if (!(target.type(at) instanceof BtfType.Array array) || step.index() >= array.length()
                        && !AccessPath.isFlexible(target, steps.getLast(), array)) {
                    return false;
                }
                at = target.resolve(array.element());
            }
            steps.add(new Step(at, step.index(), ""));
            bits += AccessPath.bits(step.index(), target.size(at));
        }
        return true;
    }

    /** Finds a field by name, also in unnamed structs; returns its type, or -1 if there is none that fits. */
    private int member(Step wanted, int id, int depth) {
        if (depth > TypeGraph.MAX_DEPTH || !(target.resolved(id) instanceof BtfType.Struct struct)) {
            return -1;
        }
        for (int i = 0; i < struct.members().size(); i++) {
            BtfType.Member member = struct.members().get(i);
            bits += member.bitOffset();
            if (member.name().isEmpty()) {
                int found = member(wanted, member.type(), depth + 1);
                if (found >= 0) {
                    return found;
                }
            } else if (member.name().equals(wanted.name())) {
                if (!compatibility.fields(localType(wanted), member.type())) {
                    return -1;
                }
                steps.add(new Step(target.resolve(id), i, member.name()));
                return member.type();
            }
            bits -= member.bitOffset();
        }
        return -1;
    }

    private int localType(Step step) {
        return ((BtfType.Struct) local.type(step.type())).members().get(step.index()).type();
    }
}
