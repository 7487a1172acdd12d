package io.bpf4j.compiler.check;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.GlobalVariable;
import io.bpf4j.compiler.typed.LocalVariable;
import io.bpf4j.compiler.typed.MapVariable;

/** What a name stands for. */
sealed interface Symbol {

    /** Returns the declaration. */
    Span at();

    /** A local variable or a function's parameter. */
    record Local(LocalVariable variable) implements Symbol {
        @Override
        public Span at() {
            return variable.at();
        }
    }

    /** A variable at file level. */
    record Global(GlobalVariable variable) implements Symbol {
        @Override
        public Span at() {
            return variable.at();
        }
    }

    /** A map. */
    record OfMap(MapVariable map) implements Symbol {
        @Override
        public Span at() {
            return map.at();
        }
    }

    /** A constant of an enum. */
    record Number(Expression.Constant value) implements Symbol {
        @Override
        public Span at() {
            return value.at();
        }
    }

    /** A probe's parameter: its value in the context, which the first use copies into a variable. */
    record Argument(LocalVariable variable, Expression initial) implements Symbol {
        @Override
        public Span at() {
            return variable.at();
        }
    }
}
