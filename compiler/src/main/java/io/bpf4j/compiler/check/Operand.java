package io.bpf4j.compiler.check;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.Type;
import java.util.function.BiFunction;

/** What an expression is before it is known whether its value or its place is wanted. */
sealed interface Operand {

    Type type();

    Span at();

    /** A value without a place. */
    record Value(Expression expression) implements Operand {
        @Override
        public Type type() {
            return expression.type();
        }

        @Override
        public Span at() {
            return expression.at();
        }
    }

    /** A place in the program's own memory, or one that behaves so. */
    record Own(Place place) implements Operand {
        @Override
        public Type type() {
            return place.type();
        }

        @Override
        public Span at() {
            return place.at();
        }
    }

    /** What an address of the process or the kernel points to; the address has a pointer type. */
    record Remote(Expression address, Type type, Span at) implements Operand {
        AddressSpace space() {
            return ((PointerType) address.type()).space();
        }

        /** Returns a part of it, some bytes further on. */
        Remote at(long offset, Type part, Span where) {
            PointerType pointer = new PointerType(part, space());
            return new Remote(offset(address, offset, pointer, where), part, where);
        }

        private static Expression offset(Expression base, long offset, PointerType type, Span where) {
            if (base instanceof Expression.PointerOffset before
                    && before.count() instanceof Expression.Constant constant) {
                return offset(before.pointer(), offset + constant.value() * before.scale(), type, where);
            }
            if (offset == 0) {
                return Folder.convert(base, type, where);
            }
            Expression bytes = new Expression.Constant(offset, IntType.S64, where);
            return new Expression.PointerOffset(base, bytes, 1, type, where);
        }
    }

    /** An array whose elements stand in registers, so that only constants may index it. */
    record Registers(ArrayType type, BiFunction<Integer, Span, Remote> element, Span at) implements Operand {}
}
