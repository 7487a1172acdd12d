package io.bpf4j.vm.text;

import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.CallKernelFunction;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.Store;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.text.AssemblyException.Problem;
import io.bpf4j.vm.text.Cursor.SyntaxException;
import io.bpf4j.vm.text.Cursor.Written;
import io.bpf4j.vm.text.Linker.Target;
import io.bpf4j.vm.text.Token.Kind;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/** Reads statements, one a line; after a mistake it goes on with the next line. */
final class Parser {

    private static final Set<String> RESERVED = Set.of("pc", "kfunc");

    private final Cursor cursor;
    private final ValueParser values;
    private final Linker linker;
    private final List<Problem> problems;

    Parser(Cursor cursor, Linker linker, List<Problem> problems) {
        this.cursor = cursor;
        this.linker = linker;
        this.problems = problems;
        this.values = new ValueParser(cursor, linker);
    }

    /** Returns whether a word cannot be a label, because it means something else after {@code goto} or {@code call}. */
    static boolean isReserved(String word) {
        return RESERVED.contains(word) || Cursor.looksLikeRegister(word);
    }

    void parse() {
        while (cursor.peek().kind() != Kind.END) {
            try {
                line();
            } catch (SyntaxException mistake) {
                problems.add(mistake.problem());
                cursor.skipLine();
            }
        }
    }

    private void line() {
        while (cursor.peekNext().is(":")) {
            label(cursor.next());
            cursor.expect(":");
        }
        if (cursor.peek().kind() != Kind.END_OF_LINE) {
            instruction();
        }
        if (cursor.next().kind() != Kind.END_OF_LINE) {
            throw new IllegalStateException("an instruction ends a line");
        }
    }

    /** A number with a colon is the slot that the disassembler shows, and has no meaning. */
    private void label(Token name) {
        if (name.kind() == Kind.WORD && !isReserved(name.text())) {
            linker.label(name);
        } else if (name.kind() != Kind.NUMBER) {
            throw new SyntaxException(name, "expected the name of a label, found " + name.shown());
        }
    }

    private void instruction() {
        Token first = cursor.peek();
        if (cursor.atRegister()) {
            assignment(first);
        } else if (cursor.accept("*")) {
            emit(store());
        } else if (cursor.acceptWord("exit")) {
            emit(new Exit());
        } else if (cursor.acceptWord("goto")) {
            jump(false);
        } else if (cursor.acceptWord("gotol")) {
            jump(true);
        } else if (cursor.acceptWord("if")) {
            branch();
        } else if (cursor.acceptWord("call")) {
            call();
        } else if (cursor.acceptWord("lock")) {
            emit(lock());
        } else {
            throw cursor.expected("an instruction");
        }
    }

    private void emit(Insn insn) {
        endOfLine();
        linker.add(insn);
    }

    private void endOfLine() {
        if (cursor.peek().kind() != Kind.END_OF_LINE) {
            throw cursor.expected("the end of the line");
        }
    }

    private void assignment(Token first) {
        Written dst = cursor.register();
        if (cursor.accept("=")) {
            values.assign(first, dst, this::endOfLine);
            return;
        }
        for (AluOperation operation : AluOperation.values()) {
            if (cursor.accept(operation.spelling())) {
                emit(new Alu(operation, dst.wide(), dst.register(), values.operand(dst.wide())));
                return;
            }
        }
        throw cursor.expected("`=` or an operation such as `+=`");
    }

    /** Reads what follows the {@code *} of a store; {@code w} registers are as good as {@code r} up to 32 bits. */
    private Insn store() {
        Width width = values.unsignedPointer();
        cursor.expect("(");
        Register base = cursor.register(true);
        short offset = values.offset();
        cursor.expect(")");
        cursor.expect("=");
        if (!cursor.atRegister()) {
            return new Store(width, base, offset,
                    Operand.immediate(cursor.int32("a number", width != Width.DOUBLE)));
        }
        Register value = width == Width.DOUBLE ? cursor.register(true) : cursor.register().register();
        return new Store(width, base, offset, value);
    }

    private Insn lock() {
        cursor.expect("*");
        Width width = values.atomicPointer();
        cursor.expect("(");
        Register base = cursor.register(true);
        short offset = values.offset();
        cursor.expect(")");
        for (AtomicOperation operation : AtomicOperation.values()) {
            if (!operation.alwaysFetches() && cursor.accept(InsnText.arithmetic(operation).spelling())) {
                // LLVM writes r registers for 32 bits up to -mcpu=v2
                Register src = width == Width.DOUBLE ? cursor.register(true) : cursor.register().register();
                return new Atomic(operation, width, false, base, offset, src);
            }
        }
        throw cursor.expected("`+=`, `|=`, `&=` or `^=`");
    }

    private void jump(boolean wide) {
        Target target = target();
        if (wide) {
            linker.add(target, Integer.MIN_VALUE, Integer.MAX_VALUE, "",
                    distance -> new Jump(distance, true));
        } else {
            linker.add(target, Short.MIN_VALUE, Short.MAX_VALUE, ", `gotol` reaches farther",
                    distance -> new Jump(distance, false));
        }
    }

    private void branch() {
        Written left = cursor.register();
        Condition condition = condition();
        Operand right = values.operand(left.wide());
        cursor.expectWord("goto");
        linker.add(target(), Short.MIN_VALUE, Short.MAX_VALUE, ", branch to a `gotol` instead",
                distance -> new Branch(condition, left.wide(), left.register(), right, (short) distance));
    }

    private Condition condition() {
        for (Condition condition : Condition.values()) {
            if (cursor.accept(condition.spelling())) {
                return condition;
            }
        }
        throw cursor.expected("a comparison such as `==` or `s>`");
    }

    private void call() {
        Token start = cursor.peek();
        if (cursor.acceptWord("kfunc")) {
            int id = cursor.int32("a BTF id", false);
            short module = cursor.acceptWord("module") ? cursor.int16("a module's number") : 0;
            emit(new CallKernelFunction(id, module));
        } else if (cursor.atNumber()) {
            emit(new CallHelper(cursor.int32("a helper's number", false)));
        } else if (start.kind() == Kind.WORD) {
            Target target = target();
            if (target.distance().isPresent()) {
                linker.add(target, Integer.MIN_VALUE, Integer.MAX_VALUE, "", CallFunction::new);
            } else {
                linker.addCall(target);
            }
        } else {
            throw cursor.expected("a helper's name or number, a label, `pc+` a distance, or `kfunc`");
        }
    }

    /** Reads {@code +3}, {@code pc+3} or a label, and what LLVM appends: {@code <label>} or {@code <label+0x18>}. */
    private Target target() {
        Token start = cursor.peek();
        boolean relative = cursor.acceptWord("pc") || cursor.peek().is("+") || cursor.peek().is("-");
        if (!relative) {
            if (start.kind() != Kind.WORD || isReserved(start.text())) {
                throw cursor.expected("a label or a distance such as `+3`");
            }
            cursor.next();
            endOfLine();
            return new Target(start, OptionalInt.empty(), start.text());
        }
        if (!cursor.peek().is("+") && !cursor.peek().is("-")) {
            throw cursor.expected("`+` or `-` and a distance");
        }
        int distance = cursor.int32("a distance", false);
        String label = null;
        if (cursor.accept("<")) {
            if (cursor.peek().kind() != Kind.WORD) {
                throw cursor.expected("a label");
            }
            String name = cursor.next().text();
            boolean exact = !cursor.accept("+");
            if (!exact) {
                cursor.number("a number of bytes");
            }
            cursor.expect(">");
            label = exact ? name : null;
        }
        endOfLine();
        return new Target(start, OptionalInt.of(distance), label);
    }
}
