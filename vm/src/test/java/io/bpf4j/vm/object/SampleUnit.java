package io.bpf4j.vm.object;

import static io.bpf4j.vm.isa.Operand.immediate;
import static io.bpf4j.vm.isa.Register.R0;
import static io.bpf4j.vm.isa.Register.R1;
import static io.bpf4j.vm.isa.Register.R10;
import static io.bpf4j.vm.isa.Register.R2;
import static io.bpf4j.vm.isa.Register.R3;
import static io.bpf4j.vm.isa.Register.R4;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Function;
import io.bpf4j.vm.program.Global;
import io.bpf4j.vm.program.LossCounter;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.OutputSite;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.program.Reference;
import io.bpf4j.vm.program.SourceLine;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.EnumType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.StructType.Member;
import io.bpf4j.vm.type.VoidType;
import java.util.ArrayList;
import java.util.List;

/** A unit with a bit of everything that the kernel accepts. */
public final class SampleUnit {
    private static final StructType STAT = stat();
    private static final StructType PREFIX = StructType.struct("prefix",
            List.of(new Member("bits", IntType.U32), new Member("address", new ArrayType(IntType.U8, 4))));
    private static final StructType EVENT = StructType.struct("event", List.of(new Member("id", IntType.U32),
            new Member("kind", new EnumType("kind", IntType.S32, List.of(new EnumType.Constant("LOW", -1),
                    new EnumType.Constant("HIGH", 7)))),
            new Member("wide",
                    new EnumType("wide", IntType.U64, List.of(new EnumType.Constant("BIG", 1L << 40)))),
            new Member("comm", new ArrayType(IntType.CHAR, 16)), new Member("ok", IntType.BOOL),
            new Member("stats", new ArrayType(new ArrayType(STAT, 2), 3))));

    private SampleUnit() {}

    private static StructType stat() {
        StructType stat = StructType.declare("stat", StructType.Kind.STRUCT);
        StructType unknown = StructType.declare("unknown", StructType.Kind.UNION);
        return stat.complete(List.of(new Member("count", IntType.U64), new Member("total_ns", IntType.S64),
                new Member("next", new PointerType(stat, AddressSpace.USER)),
                new Member("opaque", new PointerType(unknown, AddressSpace.KERNEL)),
                new Member("any", new PointerType(VoidType.VOID, AddressSpace.OWN))));
    }

    /** Makes the unit; the types are the same objects every time. */
    public static ProgramUnit unit() {
        return new ProgramUnit("sample", "GPL",
                List.of(uprobe(), tracepoint(), sampler(), begin(), looping()), maps(),
                List.of(new Global("target", IntType.U32, ".rodata", 0, true, "only this process"),
                        new Global("hits", IntType.U64, ".data", 8, false, ""),
                        new Global("zeros", new ArrayType(IntType.U32, 4), ".bss", 0, false,
                                "a \"quoted\"\nµ text")),
                List.of(new OutputSite.Print(1, "hello %d\n", EVENT), new OutputSite.ShowMap(2, "stats"),
                        new OutputSite.Exit(3)),
                List.of(new LossCounter(0, "on_write", ".output", LossCounter.Kind.LOST)),
                List.of(STAT, EVENT));
    }

    private static List<MapSpec> maps() {
        byte[] data = {0, 0, 0, 0, 0, 0, 0, 0, 42, 0, 0, 0, 0, 0, 0, 0};
        return List.of(
                new MapSpec("stats", MapKind.HASH, IntType.U32, STAT, 1024, MapSpec.NO_PREALLOCATION,
                        new MapRole.Plain()),
                new MapSpec("slots", MapKind.ARRAY, IntType.U32, IntType.U64, 16, 0, new MapRole.Plain()),
                new MapSpec("scratch", MapKind.PERCPU_ARRAY, IntType.U32, new ArrayType(IntType.U8, 300), 1,
                        0,
                        new MapRole.Scratch()),
                new MapSpec("histogram", MapKind.PERCPU_HASH, new ArrayType(IntType.CHAR, 16),
                        new ArrayType(IntType.U64, 65), 100, 0, new MapRole.Log2Histogram()),
                new MapSpec("recent", MapKind.LRU_HASH, IntType.U64, EVENT, 100, 0,
                        new MapRole.LinearHistogram(-5, 100, 7)),
                new MapSpec("routes", MapKind.LPM_TRIE, PREFIX, IntType.U32, 100, MapSpec.NO_PREALLOCATION,
                        new MapRole.Plain()),
                new MapSpec("stacks", MapKind.STACK_TRACE, IntType.U32, new ArrayType(IntType.U64, 127), 100,
                        0,
                        new MapRole.Plain()),
                new MapSpec("todo", MapKind.QUEUE, VoidType.VOID, IntType.U64, 100, 0, new MapRole.Plain()),
                new MapSpec("samples", MapKind.PERF_EVENT_ARRAY, IntType.U32, IntType.U32, 0, 0,
                        new MapRole.Events(EVENT)),
                new MapSpec(".output", MapKind.RINGBUF, VoidType.VOID, VoidType.VOID, 4096 * 4, 0,
                        new MapRole.Output()),
                new MapSpec(".data", MapKind.ARRAY, IntType.U32, new ArrayType(IntType.U8, 16), 1,
                        MapSpec.MAPPABLE, new MapRole.Globals(MapRole.Globals.Section.DATA), data),
                new MapSpec(".rodata", MapKind.ARRAY, IntType.U32, new ArrayType(IntType.U8, 4), 1,
                        MapSpec.READ_ONLY_FOR_PROGRAMS,
                        new MapRole.Globals(MapRole.Globals.Section.READ_ONLY),
                        new byte[]{1, 2, 3, 4}),
                new MapSpec(".bss", MapKind.ARRAY, IntType.U32, new ArrayType(IntType.U8, 16), 1, 0,
                        new MapRole.Globals(MapRole.Globals.Section.ZERO)));
    }

    private static Program uprobe() {
        List<Insn> code = new ArrayList<>();
        code.add(new Insn.LoadImmediate64(R2, Immediate64.MAP_VALUE, 0, 8));
        code.add(new Insn.Load(Width.DOUBLE, false, R1, R2, (short) 0));
        code.add(new Insn.Alu(AluOperation.ADD, true, R1, immediate(1)));
        code.add(new Insn.Store(Width.DOUBLE, R2, (short) 0, R1));
        code.add(new Insn.CallFunction(2));
        code.add(move(R0, immediate(0)));
        code.add(new Insn.Exit());
        code.add(move(R0, R1));
        code.add(new Insn.CallFunction(1));
        code.add(new Insn.Exit());
        code.add(new Insn.Alu(AluOperation.MULTIPLY, true, R0, immediate(2)));
        code.add(new Insn.Exit());
        // The second function returns what it got in R0, so it must read R1.
        code.set(10, move(R0, R1));
        return new Program("on_write", ProgramType.KPROBE,
                new AttachSpec.Uprobe("/usr/lib/libssl.so.3", "SSL_write", 0, AttachSpec.Uprobe.Site.ENTRY),
                code,
                List.of(new Reference.ToMapValue(0, ".data", 8)),
                List.of(new Function("on_write", 0,
                        List.of(new Function.Parameter("ctx",
                                new PointerType(PtRegs.type(), AddressSpace.OWN))),
                        IntType.S32),
                        new Function("outer", 8, List.of(new Function.Parameter("value", IntType.U64)),
                                IntType.U64),
                        new Function("inner", 11, List.of(new Function.Parameter("value", IntType.U64)),
                                IntType.U64)),
                List.of(line(0, 10, "    hits += 1;"), line(5, 11, "    outer(hits);"),
                        line(8, 3, "u64 outer(u64 value)"),
                        line(10, 4, "    return inner(value);")));
    }

    private static Program tracepoint() {
        List<Insn> code = List.of(new Insn.Store(Width.WORD, R10, (short) -4, immediate(5)), move(R2, R10),
                new Insn.Alu(AluOperation.ADD, true, R2, immediate(-4)),
                new Insn.LoadImmediate64(R1, Immediate64.MAP, 0, 0),
                new Insn.CallHelper(Helper.MAP_LOOKUP_ELEM.id()), move(R0, immediate(0)), new Insn.Exit());
        return new Program("on_open", ProgramType.TRACEPOINT,
                new AttachSpec.Tracepoint("syscalls", "sys_enter_openat"),
                code, List.of(new Reference.ToMap(3, "stats")), main("on_open"),
                List.of(line(1, 20, "stats[5];")));
    }

    private static Program sampler() {
        List<Insn> code = List.of(new Insn.Store(Width.DOUBLE, R10, (short) -8, immediate(5)), move(R2, R10),
                new Insn.Alu(AluOperation.ADD, true, R2, immediate(-8)),
                new Insn.LoadImmediate64(R1, Immediate64.MAP, 77, 0), move(R3, immediate(8)),
                move(R4, immediate(0)),
                new Insn.CallHelper(Helper.RINGBUF_OUTPUT.id()), move(R0, immediate(0)), new Insn.Exit());
        return new Program("on_tick", ProgramType.PERF_EVENT, new AttachSpec.Profile(99), code,
                List.of(new Reference.ToMap(3, ".output")), main("on_tick"), List.of());
    }

    private static Program begin() {
        return new Program("at_begin", ProgramType.RAW_TRACEPOINT, new AttachSpec.Begin(),
                List.of(move(R0, immediate(0)), new Insn.Exit()), List.of(), List.of(), List.of());
    }

    private static Program looping() {
        List<Insn> code = List.of(move(R1, immediate(3)),
                new Insn.LoadImmediate64(R2, Immediate64.FUNCTION, 5, 0),
                move(R3, immediate(0)), move(R4, immediate(0)), new Insn.CallHelper(Helper.LOOP.id()),
                new Insn.Exit(), move(R0, immediate(0)), new Insn.Exit());
        return new Program("on_loop", ProgramType.KPROBE,
                new AttachSpec.Uprobe("libc", "mal*", 0, AttachSpec.Uprobe.Site.RETURN), code, List.of(),
                List.of(new Function("on_loop", 0, List.of(), IntType.S32),
                        new Function("body", 7, List.of(new Function.Parameter("index", IntType.U64),
                                new Function.Parameter("context",
                                        new PointerType(VoidType.VOID, AddressSpace.OWN))),
                                IntType.S64)),
                List.of(line(0, 30, "    for (;;) {}")));
    }

    private static List<Function> main(String name) {
        return List.of(new Function(name, 0, List.of(), IntType.S32));
    }

    private static SourceLine line(int slot, int number, String text) {
        return new SourceLine(slot, "sample.probe", number, 5, text);
    }

    static Insn move(Register to, Operand from) {
        return new Insn.Alu(AluOperation.MOVE, true, to, from);
    }
}
