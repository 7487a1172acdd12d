package io.bpf4j.vm.explain;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.explain.Complaint.Space;
import io.bpf4j.vm.explain.Explanation.Step;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.RegisterEffects;
import io.bpf4j.vm.isa.RegisterSet;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.Reference;
import io.bpf4j.vm.program.SourceLine;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Tells a complaint about an instruction, and the path that leads to it, in the words of the program's source. */
public final class Narrator {

    /** More steps than this tell nobody anything. */
    private static final int MAX_STEPS = 8;
    private static final Pattern NUMBER = Pattern.compile("which is a number|'scalar'|type=scalar");
    private static final Pattern FUNCTION = Pattern.compile("\\bthe function at instruction (\\d+)");
    private static final Pattern PLACE = Pattern.compile("\\binstruction (\\d+)");
    private static final Pattern REGISTER = Pattern.compile("\\br(10|\\d)\\b");

    private final Program program;
    private final Instructions instructions;
    private final int[] path;
    private final PathNames names;
    private final Set<Step> steps = new LinkedHashSet<>();
    /** The registers that have to do with the one to blame, as bits. */
    private int wanted;

    /**
     * Makes a narrator of a path.
     *
     * @param path the slots that were walked, as far back as they are known; the last one is the instruction at fault
     */
    public Narrator(Program program, Instructions instructions, int[] path) {
        this.program = program;
        this.instructions = instructions;
        this.path = path.clone();
        this.names = new PathNames(program, instructions, this.path);
    }

    /** Returns what the instruction at the end of the path is refused for. */
    public Explanation explain(Complaint complaint) {
        int slot = path[path.length - 1];
        List<String> facts = new ArrayList<>();
        String hint = inSource(complaint.hint()).replaceAll("the result of \\w+", "the result");
        if (complaint.space().isPresent()) {
            Space space = complaint.space().get();
            Optional<String> varies = space.bySize()
                    ? names.ofRegister(complaint.register())
                    : names.addedTo(complaint.register());
            facts.add(roomFact(space, varies, complaint.register()));
            if (varies.isPresent()) {
                hint = hint.replace("the index", varies.get());
            }
        } else if (complaint.register() >= 0 && complaint.register() < Register.FRAME.number()
                && !complaint.holds().isEmpty()) {
            facts.add(names.ofRegister(complaint.register()).orElse("r" + complaint.register()) + " is "
                    + complaint.holds());
        }
        if (complaint.register() >= 0) {
            String name = names.ofRegister(complaint.register()).filter(one -> !one.contains(" "))
                    .orElse("pointer");
            hint = hint.replace("(!pointer)", "(!" + name + ")");
        }
        Optional<String> gone = givenBack(complaint);
        if (gone.isPresent()) {
            facts.clear();
            facts.add(gone.get());
            hint = "use it before it is given back, and give it back once";
        }
        collect(complaint.register());
        List<Step> shown = new ArrayList<>(steps);
        boolean shortened = shown.size() > MAX_STEPS;
        shown = new ArrayList<>(shown.subList(0, Math.min(MAX_STEPS, shown.size())));
        Collections.reverse(shown);
        return new Explanation(slot, line(slot), inSource(complaint.reason()), facts, shown, shortened, hint,
                complaint.original());
    }

    /** Says where a record was given back that is used as an address still. */
    private Optional<String> givenBack(Complaint complaint) {
        if (complaint.register() < 0 || !NUMBER.matcher(complaint.reason() + complaint.original()).find()) {
            return Optional.empty();
        }
        int reserved = names.callThatGave(complaint.register(), Helper.RINGBUF_RESERVE);
        for (int at = path.length - 2; reserved >= 0 && at > reserved; at--) {
            if (instructions.at(path[at]) instanceof CallHelper call
                    && (call.id() == Helper.RINGBUF_SUBMIT.id()
                            || call.id() == Helper.RINGBUF_DISCARD.id())) {
                String where = line(path[at]).map(line -> line.file() + ":" + line.line())
                        .orElse("instruction " + path[at]);
                return Optional.of(names.ofRegister(complaint.register()).orElse("r" + complaint.register())
                        + " was given back at " + where);
            }
        }
        return Optional.empty();
    }

    /** Says how much is there, and how much may be wanted. */
    private String roomFact(Space space, Optional<String> varies, int register) {
        Memory.Member member = space.memory().member();
        long left = member.left() >= 0 && !space.varies().isEmpty()
                ? member.left()
                : space.size() - space.memory().offset();
        String place = placeOf(space, member, register);
        if (space.varies().isEmpty()) {
            return "the space left in " + place + " is " + Math.max(left, 0) + " bytes";
        }
        String what = varies.orElse(space.bySize() ? "r" + register : "the index");
        return what + " is " + space.varies() + ", but the space left in " + place + " is " + left;
    }

    private String placeOf(Space space, Memory.Member member, int register) {
        Optional<String> global = space.memory().global().map(one -> one.name());
        if (global.isPresent()) {
            return global.get() + member.path();
        }
        // Helpers take a size behind the address that it belongs to.
        Optional<String> base = names.baseOf(space.bySize() ? register - 1 : register);
        if (base.isPresent() && !base.get().contains(" ")) {
            return member.path().isEmpty() ? base.get() : base.get() + "->" + member.path().substring(1);
        }
        return member.path().isEmpty()
                ? space.memory().words()
                : member.path() + " of " + space.memory().words();
    }

    /** Puts the source's names and lines in the place of registers and slots. */
    private String inSource(String words) {
        String places = FUNCTION.matcher(words).replaceAll(found -> Matcher.quoteReplacement(
                function(Integer.parseInt(found.group(1))).orElse(found.group())));
        places = PLACE.matcher(places).replaceAll(found -> Matcher.quoteReplacement(
                line(Integer.parseInt(found.group(1))).map(line -> "line " + line.line())
                        .orElse(found.group())));
        return REGISTER.matcher(places).replaceAll(found -> Matcher.quoteReplacement(
                names.ofRegister(Integer.parseInt(found.group(1))).orElse(found.group())));
    }

    private Optional<String> function(int slot) {
        return program.functions().stream().filter(one -> one.slot() == slot).map(one -> one.name())
                .findFirst();
    }

    private Optional<SourceLine> line(int slot) {
        SourceLine line = program.lineAt(slot);
        // Line 0 is what clang made by itself; it belongs to what is before.
        while (line != null && line.line() == 0 && line.slot() > 0) {
            line = program.lineAt(line.slot() - 1);
        }
        return Optional.ofNullable(line).filter(known -> known.line() > 0);
    }

    private void collect(int register) {
        if (register >= 0) {
            wanted = 1 << register & ~(1 << Register.FRAME.number());
        }
        int depth = 0;
        for (int at = path.length - 2; at >= 0 && steps.size() <= MAX_STEPS; at--) {
            Insn insn = instructions.at(path[at]);
            if (insn instanceof Insn.Exit) {
                depth++;
            } else if (insn instanceof Insn.CallFunction && path[at + 1] != path[at] + 1) {
                depth = Math.max(0, depth - 1);
            } else if (depth == 0) {
                look(insn, at);
            }
        }
    }

    private void look(Insn insn, int at) {
        if (insn instanceof Branch branch) {
            add(at, branchWords(branch, at));
            return;
        }
        RegisterEffects effects = RegisterEffects.of(insn);
        if ((effects.defines().bits() & wanted) != 0) {
            boolean replaces = !(insn instanceof Alu alu) || alu.operation() == AluOperation.MOVE;
            boolean copies = insn instanceof Alu alu && alu.operation() == AluOperation.MOVE
                    && alu.src() instanceof Register;
            if (!copies || line(path[at]).isEmpty()) {
                add(at, line(path[at]).map(line -> line.text().strip()).orElseGet(() -> words(insn, at)));
            }
            wanted = replaces ? wanted & ~effects.defines().bits() : wanted;
            if (!(insn instanceof CallHelper)) {
                wanted |= effects.uses().bits() & ~RegisterSet.of(Register.FRAME).bits();
            }
        } else if ((effects.clobbers().bits() & wanted) != 0) {
            String call = line(path[at]).map(line -> line.text().strip()).orElse(Words.of(insn));
            add(at, call + ", which takes r1 to r5");
            wanted &= ~effects.clobbers().bits();
        }
    }

    private String branchWords(Branch branch, int at) {
        boolean taken = path[at + 1] != path[at] + 1 || branch.distance() == 0;
        Optional<SourceLine> line = line(path[at]);
        if (line.isEmpty()) {
            return "`" + Words.of(branch) + "` is " + (taken ? "true" : "false");
        }
        String text = line.get().text().strip();
        for (int next = at + 1; next < path.length; next++) {
            Optional<SourceLine> other = line(path[next]);
            if (other.isPresent() && (other.get().line() != line.get().line()
                    || !other.get().file().equals(line.get().file()))) {
                return text + " (goes on at line " + other.get().line() + ")";
            }
        }
        return text;
    }

    private String words(Insn insn, int at) {
        Optional<Reference> reference = program.references().stream().filter(one -> one.slot() == path[at])
                .findFirst();
        return insn instanceof Insn.LoadImmediate64 load && reference.isPresent()
                ? load.dst() + " = "
                        + (reference.get() instanceof Reference.ToMap ? "map " : "a value of map ")
                        + reference.get().map()
                : Words.of(insn);
    }

    private void add(int at, String what) {
        Optional<SourceLine> line = line(path[at]);
        boolean known = line.isPresent() && steps.stream().anyMatch(step -> step.line().isPresent()
                && step.line().get().line() == line.get().line()
                && step.line().get().file().equals(line.get().file()));
        boolean last = line.isPresent() && line(path[path.length - 1])
                .filter(end -> end.line() == line.get().line() && end.file().equals(line.get().file()))
                .isPresent();
        if (!known && !last) {
            steps.add(new Step(path[at], line, what));
        }
    }
}
