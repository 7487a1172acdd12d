package io.bpf4j.compiler.check;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.vm.abi.CallConvention;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;

/** What a probe is given when it runs, and how the source names it. */
interface ProbeContext {

    /** Returns whose memory the addresses that the probe sees point into. */
    AddressSpace remote();

    /** Returns whether there is a thread whose stack could be walked. */
    default boolean hasStack() {
        return true;
    }

    /** Returns an argument as {@code u64}. */
    default Expression argument(int index, Span at) {
        throw new Mistake(at, "probe", "this kind of probe has no arguments");
    }

    /** Returns the result as {@code s64}. */
    default Expression result(Span at) {
        throw new Mistake(at, "probe", "'retval' is known in return probes only",
                "use uretprobe, kretprobe or fexit");
    }

    /** Returns what {@code args->name} stands for. */
    default Operand field(String name, Span at) {
        throw new Mistake(at, "probe", "'args' is known in tracepoint probes only",
                "declare parameters, as in SYMBOL(void *buffer, int size), or use arg0 to arg5");
    }

    /** Reads eight bytes of the context. */
    static Expression read(int offset, Span at) {
        return new Expression.Read(new Place.Context(offset, IntType.U64, at), at);
    }

    /** A probe that is given nothing. */
    record Empty(boolean hasStack) implements ProbeContext {
        @Override
        public AddressSpace remote() {
            return AddressSpace.USER;
        }
    }

    /** The registers at the entry or the return of a function. */
    record Registers(CallConvention convention, boolean atReturn,
            AddressSpace remote) implements ProbeContext {
        @Override
        public Expression argument(int index, Span at) {
            if (atReturn) {
                throw new Mistake(at, "probe", "the arguments are gone when a function returns",
                        "save them at entry in a map keyed by tid()");
            }
            if (index >= convention.arguments().size()) {
                throw new Mistake(at, "probe", "only the first " + convention.arguments().size()
                        + " arguments are in registers");
            }
            return read(convention.arguments().get(index).offset(), at);
        }

        @Override
        public Expression result(Span at) {
            if (!atReturn) {
                return ProbeContext.super.result(at);
            }
            return Folder.convert(read(convention.result().offset(), at), IntType.S64, at);
        }
    }

    /**
     * An array of eight-byte arguments, as raw tracepoints and trampolines give it.
     *
     * @param count the number of declared parameters, behind which fexit finds the result; negative if there are none
     */
    record Slots(int count, boolean atExit) implements ProbeContext {
        private static final int MOST = 12;

        @Override
        public AddressSpace remote() {
            return AddressSpace.KERNEL;
        }

        @Override
        public Expression argument(int index, Span at) {
            if (index >= MOST || count >= 0 && index >= count) {
                throw new Mistake(at, "probe", "there is no argument " + index);
            }
            return read(index * Long.BYTES, at);
        }

        @Override
        public Expression result(Span at) {
            if (!atExit) {
                return ProbeContext.super.result(at);
            }
            if (count < 0) {
                throw new Mistake(at, "probe",
                        "the result stands behind the arguments, whose number is not known",
                        "declare the parameters, as in fexit:vfs_read(void *file, char *buffer, u64 count)");
            }
            return Folder.convert(read(count * Long.BYTES, at), IntType.S64, at);
        }
    }

    /** A context whose result has a declared type. */
    record WithResult(ProbeContext context, Type type) implements ProbeContext {
        @Override
        public AddressSpace remote() {
            return context.remote();
        }

        @Override
        public boolean hasStack() {
            return context.hasStack();
        }

        @Override
        public Expression argument(int index, Span at) {
            return context.argument(index, at);
        }

        @Override
        public Expression result(Span at) {
            if (!Conversions.isScalar(type)) {
                throw new Mistake(at, "type",
                        "the result has the type '" + type.spelling() + "', not a number or pointer");
            }
            return Folder.convert(context.result(at), type, at);
        }

        @Override
        public Operand field(String name, Span at) {
            return context.field(name, at);
        }
    }
}
