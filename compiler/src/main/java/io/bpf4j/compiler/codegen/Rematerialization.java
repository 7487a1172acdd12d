package io.bpf4j.compiler.codegen;

import io.bpf4j.compiler.codegen.MachineBlock.Step;
import io.bpf4j.compiler.codegen.Operation.Move;
import java.util.BitSet;

/** Finds the groups of registers that only ever hold one thing that is cheaper to make again than to keep. */
final class Rematerialization {

    private Rematerialization() {}

    /** Returns the operation that makes what every member holds, on some destination; null if there is none. */
    static Operation of(MachineFunction function, BitSet group) {
        Operation common = null;
        for (MachineBlock block : function.blocks()) {
            for (Step step : block.steps()) {
                Operation operation = step.operation();
                if (!definesOneOf(operation, group) || isInternalMove(operation, group)) {
                    continue;
                }
                Operation made = into(operation, 0);
                if (made == null || common != null && !common.equals(made)) {
                    return null;
                }
                common = made;
            }
        }
        return common;
    }

    /** Returns the operation with another destination, or null if it depends on anything but itself. */
    static Operation into(Operation operation, int register) {
        return switch (operation) {
            case Operation.Constant(var dst, var value) -> new Operation.Constant(register, value);
            case Operation.MapHandle(var dst, var map) -> new Operation.MapHandle(register, map);
            case Operation.MapValue(var dst, var map, var offset) ->
                new Operation.MapValue(register, map, offset);
            case Operation.FrameAddress(var dst, var slot, var offset) ->
                new Operation.FrameAddress(register, slot, offset);
            default -> null;
        };
    }

    /** Returns whether the operation copies one member to another. */
    static boolean isInternalMove(Operation operation, BitSet group) {
        return operation instanceof Move(int dst, int src) && group.get(dst) && group.get(src);
    }

    static boolean definesOneOf(Operation operation, BitSet group) {
        for (int definition : Accesses.of(operation).definitions()) {
            if (group.get(definition)) {
                return true;
            }
        }
        return false;
    }
}
