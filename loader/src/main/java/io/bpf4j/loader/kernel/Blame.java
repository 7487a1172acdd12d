package io.bpf4j.loader.kernel;

import io.bpf4j.vm.explain.Complaint.Space;
import io.bpf4j.vm.explain.Memory;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.program.Global;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which register the kernel's words are about.
 *
 * @param register its number, or -1
 * @param holds what is known of it, in words
 * @param space the memory that is too small, if that is what the words are about
 */
record Blame(int register, String holds, Optional<Space> space) {
    private static final Pattern REGISTER = Pattern.compile("\\b[Rr](\\d+)\\b");
    private static final Pattern BOUNDS = Pattern
            .compile("(?:value_size|mem_size)=(\\d+) off=-?\\d+ size=(\\d+)");
    private static final Pattern ABOUT_BOUNDS = Pattern
            .compile("unbounded memory access|outside of the allowed memory"
                    + "|min value is (negative|outside)|invalid access to (map value|mem)");

    static Blame of(String words, Insn insn, LogWalk walk, ProgramUnit unit) {
        int register = register(words, insn);
        Optional<RegisterState> state = walk.state(register);
        if (state.isEmpty()) {
            return new Blame(register, "", Optional.empty());
        }
        if (!ABOUT_BOUNDS.matcher(words).find()) {
            return new Blame(register, state.get().words(), Optional.empty());
        }
        boolean size = state.get().isScalar();
        Optional<RegisterState> next = walk.state(register + 1);
        boolean sizeBehind = !size && insn instanceof Insn.CallHelper && !state.get().varies()
                && next.filter(one -> one.isScalar() && one.varies()).isPresent();
        int blamed = sizeBehind ? register + 1 : register;
        Optional<RegisterState> memory = size ? walk.state(register - 1) : state;
        Optional<Space> space = memory.filter(one -> !one.isScalar()).flatMap(
                one -> space(words, insn, one, sizeBehind ? next.get() : state.get(), size || sizeBehind,
                        unit));
        return new Blame(blamed, (sizeBehind ? next.get() : state.get()).words(), space);
    }

    private static int register(String words, Insn insn) {
        Matcher matcher = REGISTER.matcher(words.substring(words.lastIndexOf('\n') + 1));
        if (matcher.find()) {
            return Integer.parseInt(matcher.group(1));
        }
        boolean sum = words.contains("math between") && insn instanceof Insn.Alu;
        return sum && ((Insn.Alu) insn).src() instanceof Register source ? source.number() : -1;
    }

    private static Optional<Space> space(String words, Insn insn, RegisterState memory, RegisterState varying,
            boolean bySize, ProgramUnit unit) {
        Matcher bounds = BOUNDS.matcher(words);
        Optional<MapSpec> map = unit.map(memory.map());
        long size = bounds.find()
                ? Long.parseLong(bounds.group(1))
                : map.map(spec -> (long) spec.valueSize()).orElse(memory.number("sz").orElse(-1));
        if (size < 0) {
            return Optional.empty();
        }
        Type type = map.map(MapSpec::value).orElse(VoidType.VOID);
        List<Global> globals = unit.globals().stream().filter(one -> one.map().equals(memory.map())).toList();
        long start = memory.offset() + offset(insn);
        String range = varying.varies() || bySize ? varying.range() : "";
        return Optional
                .of(new Space(new Memory(memory.target(), type, globals, start), (int) size, range, bySize));
    }

    private static long offset(Insn insn) {
        return switch (insn) {
            case Insn.Load load -> load.offset();
            case Insn.Store store -> store.offset();
            case Insn.Atomic atomic -> atomic.offset();
            default -> 0;
        };
    }
}
