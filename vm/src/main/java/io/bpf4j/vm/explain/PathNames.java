package io.bpf4j.vm.explain;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.RegisterEffects;
import io.bpf4j.vm.program.Function;
import io.bpf4j.vm.program.NamedValue;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.Reference;
import io.bpf4j.vm.program.SourceLine;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds what the source calls the values in registers, by going back along the path that a program took: to what the
 * compiler says, to the variable that the line of the computation assigns, to parameters, and through arithmetic.
 */
final class PathNames {

    private static final int MAX_DEPTH = 6;
    private static final int MAX_LENGTH = 40;
    private static final Pattern ASSIGNMENT = Pattern
            .compile("(?<![\\w.>])([A-Za-z_][\\w.>\\[\\]-]*)\\s*(?:[-+*/%&|^]|<<|>>)?=(?!=)");

    private final Program program;
    private final Instructions instructions;
    private final int[] path;

    /**
     * Names values on a path.
     *
     * @param path the slots that were walked, the last one being the instruction that is looked at
     */
    PathNames(Program program, Instructions instructions, int[] path) {
        this.program = program;
        this.instructions = instructions;
        this.path = path;
    }

    /** Returns what the source calls the value that a register has before the last instruction. */
    Optional<String> ofRegister(int register) {
        return program.lines().isEmpty() ? Optional.empty() : text(path.length - 1, register, 0);
    }

    /** Returns what the source calls what was added to the address in a register. */
    Optional<String> addedTo(int register) {
        if (program.lines().isEmpty()) {
            return Optional.empty();
        }
        int at = path.length - 1;
        int wanted = register;
        for (int tries = 0; tries < MAX_DEPTH; tries++) {
            int defined = definition(at, wanted);
            if (defined < 0 || !(insn(defined) instanceof Alu alu)) {
                return Optional.empty();
            }
            if (alu.operation() == AluOperation.MOVE && alu.src() instanceof Register source) {
                wanted = source.number();
            } else if (alu.operation() == AluOperation.ADD && alu.src() instanceof Register source) {
                boolean swapped = isAddress(defined, source.number(), 0);
                return text(defined, swapped ? alu.dst().number() : source.number(), 0);
            } else if (alu.operation() != AluOperation.ADD) {
                return Optional.empty();
            }
            at = defined;
        }
        return Optional.empty();
    }

    /** Returns what the source calls the address in a register before anything was added to it. */
    Optional<String> baseOf(int register) {
        if (program.lines().isEmpty()) {
            return Optional.empty();
        }
        int at = path.length - 1;
        int wanted = register;
        for (int tries = 0; tries < MAX_DEPTH; tries++) {
            int defined = definition(at, wanted);
            if (defined < 0 || !(insn(defined) instanceof Alu alu)
                    || alu.operation() != AluOperation.ADD && alu.operation() != AluOperation.MOVE) {
                break;
            }
            if (alu.src() instanceof Register source
                    && (alu.operation() == AluOperation.MOVE || isAddress(defined, source.number(), 0))) {
                wanted = source.number();
            }
            at = defined;
        }
        return text(at, wanted, 0);
    }

    /** Returns the position of the call of a helper that gave what a register holds, copied or not; -1 if none did. */
    int callThatGave(int register, Helper helper) {
        int at = path.length - 1;
        int wanted = register;
        for (int tries = 0; tries < MAX_DEPTH; tries++) {
            at = definition(at, wanted);
            if (at < 0) {
                return -1;
            }
            if (insn(at) instanceof Insn.CallHelper call) {
                return call.id() == helper.id() ? at : -1;
            }
            if (!(insn(at) instanceof Alu alu && alu.operation() == AluOperation.MOVE
                    && alu.src() instanceof Register source)) {
                return -1;
            }
            wanted = source.number();
        }
        return -1;
    }

    private Insn insn(int position) {
        return instructions.at(path[position]);
    }

    /** Returns the position of the instruction before a position that gave a register its value; -1 if it is none. */
    private int definition(int position, int register) {
        int depth = 0;
        for (int at = position - 1; at >= 0; at--) {
            Insn insn = insn(at);
            if (insn instanceof Insn.Exit) {
                depth++;
            } else if (insn instanceof Insn.CallFunction && path[at + 1] != path[at] + 1) {
                if (--depth < 0) {
                    return -1;
                }
            }
            if (depth == 0) {
                RegisterEffects effects = RegisterEffects.of(insn);
                if ((effects.defines().bits() & 1 << register) != 0) {
                    return at;
                }
                if ((effects.clobbers().bits() & 1 << register) != 0) {
                    return -1;
                }
            }
        }
        return -1;
    }

    private Optional<String> text(int position, int register, int depth) {
        if (depth > MAX_DEPTH) {
            return Optional.empty();
        }
        int at = definition(position, register);
        if (at < 0) {
            return parameter(position, register);
        }
        Optional<String> declared = declared(path[at], register);
        if (declared.isPresent()) {
            return declared;
        }
        Insn insn = insn(at);
        if (insn instanceof Alu alu && alu.operation() == AluOperation.MOVE
                && alu.src() instanceof Register source) {
            return text(at, source.number(), depth + 1);
        }
        if (insn instanceof Load load && load.base() == Register.FRAME) {
            return stored(at, load.offset(), depth);
        }
        if (insn instanceof Insn.LoadImmediate64) {
            return computed(insn, at, depth);
        }
        return assigned(path[at]).or(() -> computed(insn, at, depth))
                .filter(text -> text.length() <= MAX_LENGTH);
    }

    private Optional<String> computed(Insn insn, int at, int depth) {
        return switch (insn) {
            case Alu alu -> arithmetic(alu, at, depth);
            case Insn.MoveSignExtended move -> text(at, move.src().number(), depth + 1);
            case Insn.CallHelper call -> Helper.byId(call.id())
                    .map(helper -> "the result of bpf_" + helper.helperName());
            case Insn.CallFunction call -> function(path[at] + 1 + call.distance())
                    .map(callee -> "the result of " + callee.name());
            case Insn.LoadImmediate64 load -> program.references().stream()
                    .filter(reference -> reference.slot() == path[at]).findFirst().map(Reference::map)
                    .filter(name -> !name.startsWith("."));
            default -> Optional.empty();
        };
    }

    private Optional<String> arithmetic(Alu alu, int at, int depth) {
        if (alu.operation() == AluOperation.MOVE) {
            return Optional.empty();
        }
        Optional<String> left = text(at, alu.dst().number(), depth + 1);
        Optional<String> right = alu.src() instanceof Register source
                ? text(at, source.number(), depth + 1)
                : Optional.of(constant(alu));
        if (alu.operation() == AluOperation.SHIFT_LEFT && alu.src() instanceof Operand.Immediate(int count)
                && count < Integer.SIZE - 1) {
            return left.map(name -> name + " * " + (1 << count));
        }
        return left.flatMap(one -> right.map(other -> one + " " + sign(alu.operation()) + " " + other));
    }

    private static String constant(Alu alu) {
        int value = ((Operand.Immediate) alu.src()).value();
        return alu.operation() == AluOperation.AND
                ? "0x" + Integer.toHexString(value)
                : Integer.toString(value);
    }

    private static String sign(AluOperation operation) {
        return operation.spelling().replace("=", "").replace("s/", "/").replace("s%", "%").replace("s>>",
                ">>");
    }

    /** Follows a value through the frame: to the store that put it there. */
    private Optional<String> stored(int position, int offset, int depth) {
        Optional<String> variable = program.names().stream()
                .filter(name -> name.place() instanceof NamedValue.InFrame(int start, int size)
                        && offset >= start && offset < start + size && name.slot() <= path[position])
                .reduce((first, last) -> last).map(NamedValue::name);
        if (variable.isPresent()) {
            return variable;
        }
        int calls = 0;
        for (int at = position - 1; at >= 0; at--) {
            Insn insn = insn(at);
            if (insn instanceof Insn.Exit) {
                calls++;
            } else if (insn instanceof Insn.CallFunction && path[at + 1] != path[at] + 1 && --calls < 0) {
                return Optional.empty();
            } else if (calls == 0 && insn instanceof Store store && store.base() == Register.FRAME
                    && store.offset() == offset) {
                return store.value() instanceof Register register
                        ? text(at, register.number(), depth + 1)
                        : Optional.empty();
            }
        }
        return Optional.empty();
    }

    private Optional<String> declared(int slot, int register) {
        return program.names().stream()
                .filter(name -> name.slot() == slot
                        && name.place() instanceof NamedValue.InRegister(Register held)
                        && held.number() == register)
                .map(NamedValue::name).findFirst();
    }

    /** Returns the variable that the line of an instruction assigns, where that is another line than the last one's. */
    private Optional<String> assigned(int slot) {
        SourceLine line = program.lineAt(slot);
        SourceLine last = program.lineAt(path[path.length - 1]);
        if (line == null || last == null || line.line() == last.line() && line.file().equals(last.file())) {
            return Optional.empty();
        }
        Matcher matcher = ASSIGNMENT.matcher(line.text());
        String found = null;
        while (matcher.find()) {
            if (found == null || matcher.start() < line.column()) {
                found = matcher.group(1);
            }
        }
        return Optional.ofNullable(found);
    }

    /** Returns the name of the parameter that a function was entered with in a register. */
    private Optional<String> parameter(int position, int register) {
        int last = -1;
        for (Function function : program.functions()) {
            last = function.slot() <= path[position] ? function.slot() : last;
        }
        if (register < 1 || register > 5) {
            return Optional.empty();
        }
        return function(last).filter(function -> function.parameters().size() >= register)
                .map(function -> function.parameters().get(register - 1).name())
                .filter(name -> !name.isEmpty());
    }

    private Optional<Function> function(int slot) {
        return program.functions().stream().filter(function -> function.slot() == slot).findFirst();
    }

    private boolean isAddress(int position, int register, int depth) {
        int at = definition(position, register);
        if (register == Register.FRAME.number()) {
            return true;
        }
        if (at < 0 || depth > MAX_DEPTH) {
            return false;
        }
        return switch (insn(at)) {
            case Insn.LoadImmediate64 load -> isReference(path[at]);
            case Insn.CallHelper call -> List.of(Helper.MAP_LOOKUP_ELEM.id(), Helper.RINGBUF_RESERVE.id())
                    .contains(call.id());
            case Alu alu when alu.operation() == AluOperation.MOVE && alu.src() instanceof Register source ->
                isAddress(at, source.number(), depth + 1);
            case Alu alu when alu.operation() == AluOperation.ADD ->
                isAddress(at, alu.dst().number(), depth + 1)
                        || alu.src() instanceof Register source && isAddress(at, source.number(), depth + 1);
            default -> false;
        };
    }

    private boolean isReference(int slot) {
        return program.references().stream().anyMatch(reference -> reference.slot() == slot);
    }
}
