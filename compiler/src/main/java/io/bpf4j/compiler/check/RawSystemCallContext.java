package io.bpf4j.compiler.check;

import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.vm.abi.CallConvention;
import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;

/**
 * The raw tracepoints sys_enter {@code (struct pt_regs *, long id)} and sys_exit {@code (struct pt_regs *, long ret)}
 * under the field names of their records (include/trace/events/syscalls.h).
 *
 * @param numberField how the record calls the system call's number: {@code id} or {@code __syscall_nr}
 */
record RawSystemCallContext(boolean atExit, String numberField) implements ProbeContext {

    private static final int SECOND = Long.BYTES;

    @Override
    public AddressSpace remote() {
        return AddressSpace.USER;
    }

    @Override
    public Operand field(String name, Span at) {
        if (name.equals(numberField)) {
            return new Operand.Value(
                    Folder.convert(number(at), name.equals("id") ? IntType.S64 : IntType.S32, at));
        }
        if (atExit && name.equals("ret")) {
            return new Operand.Value(Folder.convert(ProbeContext.read(SECOND, at), IntType.S64, at));
        }
        if (!atExit && name.equals("args")) {
            return arguments(at);
        }
        throw new Mistake(at, "name",
                "this tracepoint has no field '" + name + "' when its format is not known",
                "it has " + numberField + " and " + (atExit ? "ret" : "args[0] to args[5]")
                        + "; mount tracefs for the others");
    }

    /** Returns the number of the system call. */
    Expression number(Span at) {
        return atExit ? expression(register(PtRegs.ORIG_AX, at)) : ProbeContext.read(SECOND, at);
    }

    /** The six arguments do not stand in a row in the registers; an array that only constants may index. */
    private static Operand arguments(Span at) {
        ArrayType type = new ArrayType(IntType.U64, CallConvention.SYSTEM_CALL.arguments().size());
        return new Operand.Registers(type, RawSystemCallContext::argumentAt, at);
    }

    private static Operand.Remote argumentAt(int index, Span at) {
        return register(CallConvention.SYSTEM_CALL.arguments().get(index), at);
    }

    private static Operand.Remote register(PtRegs register, Span at) {
        PointerType registers = new PointerType(IntType.U64, AddressSpace.KERNEL);
        Expression start = Folder.convert(ProbeContext.read(0, at), registers, at);
        return new Operand.Remote(start, IntType.U64, at).at(register.offset(), IntType.U64, at);
    }

    private static Expression expression(Operand.Remote place) {
        return new Expression.UserRead(place.address(), place.space(), place.type(), place.at());
    }
}
