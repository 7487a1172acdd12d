package io.bpf4j.vm.isa;

import io.bpf4j.vm.isa.Insn.Alu;
import io.bpf4j.vm.isa.Insn.Atomic;
import io.bpf4j.vm.isa.Insn.Branch;
import io.bpf4j.vm.isa.Insn.ByteSwap;
import io.bpf4j.vm.isa.Insn.CallFunction;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Insn.CallKernelFunction;
import io.bpf4j.vm.isa.Insn.Exit;
import io.bpf4j.vm.isa.Insn.Jump;
import io.bpf4j.vm.isa.Insn.Load;
import io.bpf4j.vm.isa.Insn.LoadImmediate64;
import io.bpf4j.vm.isa.Insn.LoadPacket;
import io.bpf4j.vm.isa.Insn.MoveSignExtended;
import io.bpf4j.vm.isa.Insn.Negate;
import io.bpf4j.vm.isa.Insn.Store;

/** Turns one instruction into the fields of its (first) slot. */
final class InsnEncoder {

    private InsnEncoder() {}

    static RawSlot encode(Insn insn) {
        return switch (insn) {
            case Alu(var operation, var wide, var dst, var src) ->
                withOperand(alu(wide) | operation.bits(), dst, src, operation.offset());
            case MoveSignExtended(var bits, var wide, var dst, var src) ->
                withOperand(alu(wide) | AluOperation.MOVE.bits(), dst, src, bits);
            case Negate(var wide, var dst) -> slot(alu(wide) | Opcode.NEGATE, dst.number(), 0, 0, 0);
            case ByteSwap(var order, var bits, var dst) ->
                slot(Opcode.END | switch (order) {
                    case LITTLE_ENDIAN -> Opcode.ALU;
                    case BIG_ENDIAN -> Opcode.ALU | Opcode.SOURCE_REGISTER;
                    case REVERSED -> Opcode.ALU64;
                }, dst.number(), 0, 0, bits);
            case LoadImmediate64(var dst, var kind, var low, var high) ->
                slot(InsnDecoder.LOAD_IMMEDIATE_64, dst.number(), kind.code(), 0, low);
            case Load(var width, var signed, var dst, var base, var offset) ->
                slot(Opcode.LDX | width.bits() | (signed ? Opcode.MODE_MEMORY_SIGNED : Opcode.MODE_MEMORY),
                        dst.number(), base.number(), offset, 0);
            case Store(var width, var base, var offset, Register value) ->
                slot(Opcode.STX | width.bits() | Opcode.MODE_MEMORY, base.number(), value.number(), offset,
                        0);
            case Store(var width, var base, var offset, Operand.Immediate(var value)) ->
                slot(Opcode.ST | width.bits() | Opcode.MODE_MEMORY, base.number(), 0, offset, value);
            case Atomic(var operation, var width, var fetch, var base, var offset, var src) ->
                slot(Opcode.STX | width.bits() | Opcode.MODE_ATOMIC, base.number(), src.number(), offset,
                        operation.bits() | (fetch ? AtomicOperation.FETCH : 0));
            case Jump(var distance, var wide) -> wide
                    ? slot(Opcode.JMP32 | Opcode.JUMP, 0, 0, 0, distance)
                    : slot(Opcode.JMP | Opcode.JUMP, 0, 0, distance, 0);
            case Branch(var condition, var wide, var left, var right, var distance) ->
                withOperand((wide ? Opcode.JMP : Opcode.JMP32) | condition.bits(), left, right, distance);
            case CallHelper(var id) -> call(Opcode.CALL_HELPER, 0, id);
            case CallFunction(var distance) -> call(Opcode.CALL_FUNCTION, 0, distance);
            case CallKernelFunction(var id, var module) -> call(Opcode.CALL_KERNEL_FUNCTION, module, id);
            case Exit() -> slot(Opcode.JMP | Opcode.EXIT, 0, 0, 0, 0);
            case LoadPacket(var width, var indirect, var index, var offset) ->
                slot(Opcode.LD | width.bits() | (indirect ? Opcode.MODE_INDIRECT : Opcode.MODE_ABSOLUTE), 0,
                        index.number(), 0, offset);
        };
    }

    static RawSlot secondHalf(LoadImmediate64 load) {
        return slot(0, 0, 0, 0, load.high());
    }

    private static int alu(boolean wide) {
        return wide ? Opcode.ALU64 : Opcode.ALU;
    }

    private static RawSlot call(int source, int offset, int immediate) {
        return slot(Opcode.JMP | Opcode.CALL, 0, source, offset, immediate);
    }

    private static RawSlot withOperand(int opcode, Register dst, Operand operand, int offset) {
        return operand instanceof Operand.Immediate immediate
                ? slot(opcode, dst.number(), 0, offset, immediate.value())
                : slot(opcode | Opcode.SOURCE_REGISTER, dst.number(), ((Register) operand).number(), offset,
                        0);
    }

    private static RawSlot slot(int opcode, int dst, int src, int offset, int immediate) {
        return new RawSlot(opcode, dst, src, (short) offset, immediate);
    }
}
