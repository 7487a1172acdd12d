package io.bpf4j.loader.kernel;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Function;
import io.bpf4j.vm.program.NamedValue;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.Reference;
import io.bpf4j.vm.program.SourceLine;
import io.bpf4j.vm.type.IntType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An entry probe and a return probe of the same function, made one session program (Linux 6.13): a single link, and
 * the return is watched only in calls whose entry was (kernel/trace/bpf_trace.c, uprobe_multi_link_handler).
 *
 * <p>The joint program asks which of the two moments it is and calls the original program for it:
 *
 * <pre>
 *   r6 = r1;  call bpf_session_is_return;  r1 = r6
 *   if r0 != 0 goto +2;  call entry;  exit;  call return;  r0 = 0;  exit
 * </pre>
 */
record SessionPair(Program entry, Program exit) {
    private static final int DISPATCHER_SLOTS = 9;

    /** Finds the return probe that belongs to an entry probe. */
    static Optional<SessionPair> of(Program entry, List<Program> programs) {
        if (!(entry.attach() instanceof AttachSpec.Uprobe spec)
                || spec.site() != AttachSpec.Uprobe.Site.ENTRY) {
            return Optional.empty();
        }
        List<Program> entries = on(spec, AttachSpec.Uprobe.Site.ENTRY, programs);
        List<Program> exits = on(spec, AttachSpec.Uprobe.Site.RETURN, programs);
        return exits.size() == 1 && entries.size() == 1
                ? Optional.of(new SessionPair(entry, exits.getFirst()))
                : Optional.empty();
    }

    private static List<Program> on(AttachSpec.Uprobe function, AttachSpec.Uprobe.Site site,
            List<Program> programs) {
        return programs.stream().filter(program -> program.attach() instanceof AttachSpec.Uprobe spec
                && spec.site() == site && spec.isInFunctionOf(function)).toList();
    }

    /**
     * Returns the joint program.
     *
     * @param isReturn the BTF id of the kernel's bpf_session_is_return
     */
    Program join(int isReturn) {
        List<Insn> instructions = new ArrayList<>();
        int exitSlot = DISPATCHER_SLOTS + entry.slots();
        instructions.add(move(Register.R6, Register.R1));
        instructions.add(new Insn.CallKernelFunction(isReturn, (short) 0));
        instructions.add(move(Register.R1, Register.R6));
        instructions.add(
                new Insn.Branch(Condition.NOT_EQUAL, true, Register.R0, Operand.immediate(0), (short) 2));
        instructions.add(new Insn.CallFunction(DISPATCHER_SLOTS - 5));
        instructions.add(new Insn.Exit());
        instructions.add(new Insn.CallFunction(exitSlot - 7));
        instructions.add(move(Register.R0, Operand.immediate(0)));
        instructions.add(new Insn.Exit());
        instructions.addAll(entry.instructions());
        instructions.addAll(exit.instructions());
        return new Program(entry.name(), entry.type(), entry.attach(), instructions, references(exitSlot),
                functions(exitSlot), lines(exitSlot), names(exitSlot));
    }

    private static Insn move(Register dst, Operand src) {
        return new Insn.Alu(AluOperation.MOVE, true, dst, src);
    }

    private List<Reference> references(int exitSlot) {
        return Stream
                .concat(entry.references().stream().map(reference -> reference.movedBy(DISPATCHER_SLOTS)),
                        exit.references().stream().map(reference -> reference.movedBy(exitSlot)))
                .toList();
    }

    private List<Function> functions(int exitSlot) {
        Function first = entry.functions().getFirst();
        Function dispatcher = new Function(first.name() + "_session", 0, first.parameters(), IntType.S32);
        return Stream.of(Stream.of(dispatcher),
                entry.functions().stream().map(function -> moved(function, DISPATCHER_SLOTS, "")),
                exit.functions().stream().map(function -> moved(function, exitSlot, "_at_return")))
                .flatMap(functions -> functions).toList();
    }

    private static Function moved(Function function, int by, String suffix) {
        return new Function(function.name() + suffix, function.slot() + by, function.parameters(),
                function.result());
    }
    private List<NamedValue> names(int exitSlot) {
        return Stream.concat(entry.names().stream().map(name -> name.movedBy(DISPATCHER_SLOTS)),
                exit.names().stream().map(name -> name.movedBy(exitSlot))).toList();
    }

    private List<SourceLine> lines(int exitSlot) {
        if (entry.lines().isEmpty() || exit.lines().isEmpty()) {
            return List.of();
        }
        Stream<SourceLine> start = Stream.of(moved(entry.lines().getFirst(), 0));
        return Stream.of(start, entry.lines().stream().map(line -> moved(line, DISPATCHER_SLOTS)),
                exit.lines().stream().map(line -> moved(line, exitSlot))).flatMap(lines -> lines).toList();
    }

    private static SourceLine moved(SourceLine line, int by) {
        return new SourceLine(line.slot() + by, line.file(), line.line(), line.column(), line.text());
    }
}
