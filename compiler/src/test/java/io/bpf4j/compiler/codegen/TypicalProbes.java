package io.bpf4j.compiler.codegen;

import static io.bpf4j.compiler.ir.Operand.constant;

import io.bpf4j.compiler.IrBuilder;
import io.bpf4j.compiler.ir.IrUnit;
import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.VoidType;
import java.util.List;

/** What probes usually do, written as the tree-to-code step writes it: naively. */
final class TypicalProbes {

    private static final MapSpec COUNTS = new MapSpec("counts", MapKind.HASH, IntType.U32, IntType.U64, 1024,
            0,
            new MapRole.Plain());
    private static final MapSpec ENTERED = new MapSpec("entered", MapKind.HASH, IntType.U64, IntType.U64,
            1024, 0,
            new MapRole.Plain());
    private static final MapSpec STATS = new MapSpec("stats", MapKind.HASH, IntType.U32,
            new ArrayType(IntType.U64, 2), 1024, 0, new MapRole.Plain());
    private static final MapSpec EVENTS = new MapSpec("events", MapKind.RINGBUF, VoidType.VOID, VoidType.VOID,
            4096, 0,
            new MapRole.Events(IntType.U64));
    private static final MapSpec SETTINGS = new MapSpec("settings", MapKind.ARRAY, IntType.U32, IntType.U64,
            1, 0,
            new MapRole.Globals(MapRole.Globals.Section.READ_ONLY));

    private TypicalProbes() {}

    /** {@code counts[pid()]++}. */
    static IrUnit count() {
        IrBuilder code = new IrBuilder();
        code.parameter();
        Slot key = code.slot(4, "key");
        Slot zero = code.slot(8, "zero");
        Value both = code.call(Helper.GET_CURRENT_PID_TGID);
        Value pid = code.extend(32, false, code.binary(AluOperation.SHIFT_RIGHT, true, both, constant(32)));
        code.store(Width.WORD, key, 0, pid);
        Value found = code.call(Helper.MAP_LOOKUP_ELEM, code.map("counts"), code.address(key));
        Value present = code.compare(Condition.NOT_EQUAL, found, constant(0));
        code.branch(Condition.NOT_EQUAL, present, constant(0), 1, 2, 1);
        code.atomicAdd(found, 0, constant(1));
        code.jump(3, 2);
        code.store(Width.DOUBLE, zero, 0, constant(1));
        code.call(Helper.MAP_UPDATE_ELEM, code.map("counts"), code.address(key), code.address(zero),
                constant(0));
        code.jump(3, 3);
        code.end(0);
        return IrBuilder.unit(ProgramType.KPROBE, List.of(COUNTS), code.function("count"));
    }

    /** The time since a thread's entry is added to a record of a call number, if the process is the one to trace. */
    static IrUnit latency() {
        IrBuilder code = new IrBuilder();
        Value context = code.parameter();
        Slot thread = code.slot(8, "thread");
        Slot number = code.slot(4, "number");
        Value target = code.load(Width.WORD, code.global("settings", 0), 0);
        code.branch(Condition.NOT_EQUAL, target, constant(0), 1, 3, 1);
        Value process = code.extend(32, false,
                code.binary(AluOperation.SHIFT_RIGHT, true, code.call(Helper.GET_CURRENT_PID_TGID),
                        constant(32)));
        code.branch(Condition.NOT_EQUAL, process, code.load(Width.WORD, code.global("settings", 0), 0), 2, 3,
                2);
        code.end(0, 3);
        code.store(Width.DOUBLE, thread, 0, code.call(Helper.GET_CURRENT_PID_TGID));
        Value start = code.call(Helper.MAP_LOOKUP_ELEM, code.map("entered"), code.address(thread));
        code.branch(Condition.EQUAL, start, constant(0), 4, 5, 4);
        code.end(0, 5);
        code.store(Width.WORD, number, 0, code.extend(32, false, code.load(Width.DOUBLE, context, 120)));
        Value record = code.call(Helper.MAP_LOOKUP_ELEM, code.map("stats"), code.address(number));
        code.branch(Condition.EQUAL, record, constant(0), 6, 7, 6);
        code.end(0, 7);
        code.atomicAdd(record, 0, constant(1));
        Value now = code.call(Helper.KTIME_GET_NS);
        Value elapsed = code.binary(AluOperation.SUBTRACT, true, now, code.load(Width.DOUBLE, start, 0));
        code.atomicAdd(code.binary(AluOperation.ADD, true, record, constant(8)), 0, elapsed);
        code.call(Helper.MAP_DELETE_ELEM, code.map("entered"), code.address(thread));
        code.end(0);
        return IrBuilder.unit(ProgramType.KPROBE, List.of(ENTERED, STATS, SETTINGS),
                code.function("latency"));
    }

    /** An event of 64 bytes with a time, a process, a length that is cut to 32, and that much of a user buffer. */
    static IrUnit event() {
        IrBuilder code = new IrBuilder();
        Value context = code.parameter();
        Value record = code.call(Helper.RINGBUF_RESERVE, code.map("events"), constant(64), constant(0));
        code.branch(Condition.EQUAL, record, constant(0), 1, 2, 1);
        code.end(0, 2);
        code.store(Width.DOUBLE, record, 0, code.call(Helper.KTIME_GET_NS));
        Value pid = code.binary(AluOperation.SHIFT_RIGHT, true, code.call(Helper.GET_CURRENT_PID_TGID),
                constant(32));
        code.store(Width.WORD, record, 8, pid);
        Value length = code.copy(code.load(Width.DOUBLE, context, 96));
        code.branch(Condition.GREATER, length, constant(32), 3, 4, 3);
        code.assign(length, constant(32));
        code.jump(4, 4);
        code.store(Width.WORD, record, 12, length);
        code.call(Helper.PROBE_READ_USER, code.binary(AluOperation.ADD, true, record, constant(16)), length,
                code.load(Width.DOUBLE, context, 104));
        code.call(Helper.RINGBUF_SUBMIT, record, constant(0));
        code.end(0);
        return IrBuilder.unit(ProgramType.KPROBE, List.of(EVENTS), code.function("event"));
    }

    /** The length of a string in a slot, found by a loop. */
    static IrUnit loop() {
        IrBuilder code = new IrBuilder();
        Value context = code.parameter();
        Slot text = code.slot(16, "text");
        code.call(Helper.PROBE_READ_USER, code.address(text), constant(16),
                code.load(Width.DOUBLE, context, 104));
        Value index = code.copy(constant(0));
        Value sum = code.copy(constant(0));
        code.jump(1, 1);
        code.branch(Condition.LESS, index, constant(16), 2, 3, 2);
        Value at = code.binary(AluOperation.ADD, true, code.address(text), index);
        code.binary(sum, AluOperation.ADD, true, sum, code.load(Width.BYTE, at, 0));
        code.binary(index, AluOperation.ADD, true, index, constant(1));
        code.jump(1, 3);
        code.end(sum);
        return IrBuilder.unit(ProgramType.KPROBE, List.of(), code.function("loop"));
    }
}
