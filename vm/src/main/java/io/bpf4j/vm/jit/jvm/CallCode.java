package io.bpf4j.vm.jit.jvm;

import static org.objectweb.asm.Opcodes.LADD;
import static org.objectweb.asm.Opcodes.LRETURN;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.engine.Executable;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.HelperFunction;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.Tails;
import io.bpf4j.vm.engine.helper.StandardHelpers;
import io.bpf4j.vm.isa.Insn.CallHelper;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.map.BpfMap;
import org.objectweb.asm.Label;

/** Emits calls: of helpers as objects that HotSpot knows, and so can inline; of functions as static methods. */
final class CallCode {

    private static final String EXECUTION = Execution.class.descriptorString();
    private static final String HELPER_TYPE = "(" + EXECUTION + "JJJJJ)J";
    /** The type of a function's method: the execution, R1 to R5, and R10. */
    static final String FUNCTION_TYPE = "(" + EXECUTION + "JJJJJJ)J";
    private static final Register[] ARGUMENTS = {Register.R1, Register.R2, Register.R3, Register.R4,
        Register.R5};

    private final Code code;
    private final RegisterFacts facts;
    private final Constants constants;
    private final Machine machine;
    private final boolean checked;

    CallCode(Code code, RegisterFacts facts, Constants constants, Machine machine, boolean checked) {
        this.code = code;
        this.facts = facts;
        this.constants = constants;
        this.machine = machine;
        this.checked = checked;
    }

    void helper(int slot, CallHelper call) {
        if (call.id() == Tails.TAIL_CALL) {
            tail();
            return;
        }
        BpfMap map = checked || !isStandard(call.id()) ? null : constantMap(slot);
        if (map != null && call.id() == Helper.MAP_LOOKUP_ELEM.id()) {
            onMap(map, "lookup", true, Register.R2);
        } else if (map != null && call.id() == Helper.MAP_UPDATE_ELEM.id()) {
            onMap(map, "update", true, Register.R2, Register.R3, Register.R4);
        } else if (map != null && call.id() == Helper.MAP_DELETE_ELEM.id()) {
            onMap(map, "delete", false, Register.R2);
        } else {
            constants.load(code, HelperFunction.class, machine.helpers().find(call.id()));
            code.execution();
            load(ARGUMENTS);
            code.callInterface(HelperFunction.class, "call", HELPER_TYPE);
            code.store(Register.R0);
        }
    }

    /** Returns whether a helper is the one that all machines have, not another that a table has in its place. */
    private boolean isStandard(int id) {
        return machine.helpers().find(id) == StandardHelpers.table().find(id);
    }

    /** Returns the map that R1 names, if it always names the same. */
    private BpfMap constantMap(int slot) {
        Fact handle = facts.of(slot, Register.R1);
        return handle.isConstant() ? machine.maps().byHandle(handle.min()) : null;
    }

    private void onMap(BpfMap map, String method, boolean sharded, Register... arguments) {
        constants.load(code, BpfMap.class, map);
        if (sharded) {
            code.execution();
            code.onExecution("shard", "()I");
        }
        load(arguments);
        String type = (sharded ? "(I" : "(") + "J".repeat(arguments.length) + ")J";
        code.callInterface(BpfMap.class, method, type);
        code.store(Register.R0);
    }

    private void load(Register... registers) {
        for (Register register : registers) {
            code.load(register);
        }
    }

    private void tail() {
        String executable = Executable.class.descriptorString();
        Label none = new Label();
        code.execution();
        load(Register.R2, Register.R3);
        code.callStatic(Tails.class, "target", "(" + EXECUTION + "JJ)" + executable);
        code.keepIfPresent(none);
        code.execution();
        code.loadKept();
        load(Register.R1);
        code.callStatic(Tails.class, "goOn", "(" + EXECUTION + executable + "J)J");
        code.instruction(LRETURN);
        code.target(none);
    }

    /**
     * Calls a function of the program.
     *
     * @param leaf whether it calls nothing, so that nobody asks the execution where its frame is
     */
    void function(String owner, int start, boolean leaf) {
        boolean counted = checked || !leaf;
        code.execution();
        load(ARGUMENTS);
        if (counted) {
            code.execution();
            code.onExecution("enter", "()J");
        } else {
            code.load(Register.FRAME);
            code.constant((long) -Execution.FRAME_BYTES);
            code.instruction(LADD);
        }
        code.callStatic(owner, CompiledProgram.methodName(start), FUNCTION_TYPE);
        if (counted) {
            code.execution();
            code.onExecution("leave", "()V");
        }
        code.store(Register.R0);
    }
}
