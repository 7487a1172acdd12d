package io.bpf4j.compiler.typed;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.vm.type.Type;

/** Something that has an address, or behaves as if it had: what can be read, assigned and often pointed to. */
public sealed interface Place {

    /** Returns the type of what is there. */
    Type type();

    /** Returns the place in the source. */
    Span at();

    /** A local variable or parameter. */
    record Local(LocalVariable variable, Span at) implements Place {
        @Override
        public Type type() {
            return variable.type();
        }
    }

    /** A global variable or constant. */
    record Global(GlobalVariable variable, Span at) implements Place {
        @Override
        public Type type() {
            return variable.type();
        }
    }

    /** {@code *pointer}; the pointer is into the program's own memory. */
    record Pointee(Expression pointer, Type type, Span at) implements Place {}

    /** A field of a struct or union place, at a byte offset. */
    record Member(Place base, int offset, Type type, Span at) implements Place {}

    /**
     * An element of an array place of known length. A constant index is in range; a computed one (any whole-number
     * type) is clamped to the last element when it is out of range, negative ones too.
     */
    record Element(Place base, Expression index, Type type, Span at) implements Place {}

    /**
     * {@code map[key]}, for maps with keys. Reading gives zero bytes where there is no entry; assigning updates;
     * compound assignment creates a zero entry first. Members and elements of it may be read only.
     */
    record MapElement(MapVariable map, Expression key, Type type, Span at) implements Place {}

    /** Bytes of the program's context at a fixed offset: a register, a tracepoint's field. Read only. */
    record Context(int offset, Type type, Span at) implements Place {}
}
