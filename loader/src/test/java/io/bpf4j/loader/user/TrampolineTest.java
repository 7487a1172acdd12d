package io.bpf4j.loader.user;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.loader.inprocess.NativeBlock;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.loader.sys.NativeCode;
import io.bpf4j.loader.sys.Syscall;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.HelperTable;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.Unproved;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.jit.x64.HelperLinkage;
import io.bpf4j.vm.jit.x64.ThreadBlock;
import io.bpf4j.vm.jit.x64.X64Compiler;
import io.bpf4j.vm.map.MapTable;
import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.patch.Block;
import io.bpf4j.vm.patch.CodeMap;
import io.bpf4j.vm.patch.Detour;
import io.bpf4j.vm.patch.FunctionCode;
import io.bpf4j.vm.patch.ModuleText;
import io.bpf4j.vm.patch.PatchPlan;
import io.bpf4j.vm.patch.PatchPlanner;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.trampoline.Hook;
import io.bpf4j.vm.trampoline.Hook.Moment;
import io.bpf4j.vm.trampoline.Run;
import io.bpf4j.vm.trampoline.TargetLayout;
import io.bpf4j.vm.trampoline.TidSource;
import io.bpf4j.vm.trampoline.TrampolineWriter;
import io.bpf4j.vm.x64.Alu;
import io.bpf4j.vm.x64.Gpr;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.MachineCode;
import io.bpf4j.vm.x64.OperandSize;
import io.bpf4j.vm.x64.Plain;
import io.bpf4j.vm.x64.X64Assembler;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Code behind a patched place leaves every register as it was, and programs see them all, in this very process. */
class TrampolineTest {

    private static final int SLOTS = 4;
    private static final int SHARDS = 8;
    private static final int BLOCK_BYTES = 16384;
    private static final List<Gpr> FREE = Arrays.stream(Gpr.values()).filter(gpr -> gpr != Gpr.RSP).toList();
    /** In the block: registers before, registers after, what the program saw. */
    private static final int AFTER = 128;
    private static final int SEEN = 256;
    private static final int SHARD_OWNERS = 1024;
    private static final int MISSED = 2048;

    private final LinuxKernel kernel = LinuxKernel.instance();
    private final NativeBlock block = new NativeBlock(kernel, 4096);
    private final NativeBlock slots = new NativeBlock(kernel, SLOTS * BLOCK_BYTES);
    private final Memory memory = block.memory();
    private final List<NativeCode> made = new ArrayList<>();

    @AfterEach
    void close() {
        made.forEach(NativeCode::close);
        block.close();
        slots.close();
    }

    /** A program that copies its whole context, and uses every register. */
    private Program copier() {
        List<Insn> insns = new ArrayList<>();
        insns.add(Insn.LoadImmediate64.number(Register.R9, memory.base() + SEEN));
        for (PtRegs field : PtRegs.values()) {
            insns.add(new Insn.Load(Width.DOUBLE, false, Register.R0, Register.R1, (short) field.offset()));
            insns.add(new Insn.Store(Width.DOUBLE, Register.R9, (short) field.offset(), Register.R0));
        }
        for (int i = 2; i <= 8; i++) {
            insns.add(Insn.LoadImmediate64.number(Register.of(i), 0x5555_5555_5555_5555L));
        }
        insns.add(new Insn.Exit());
        return new Program("copier", ProgramType.KPROBE, new AttachSpec.Manual(), insns, List.of(), List.of(),
                List.of());
    }

    private NativeCode seal(byte[] bytes) {
        NativeCode code = new NativeCode(kernel, bytes.length);
        made.add(code);
        code.seal(bytes);
        return code;
    }

    /** Calls a function with known registers; they are in the block then. */
    private void call(long function) {
        X64Assembler code = new X64Assembler();
        List<Gpr> kept = List.of(Gpr.RBX, Gpr.RBP, Gpr.R12, Gpr.R13, Gpr.R14, Gpr.R15);
        kept.forEach(code::push);
        code.push(Gpr.RDI);
        code.push(Gpr.RDI);
        for (int i = 0; i < FREE.size(); i++) {
            long value = 0x1111_1111_1111_1111L * (i + 1);
            memory.putLong(memory.base() + 8L * FREE.get(i).number(), value);
            code.loadImmediate(FREE.get(i), value);
        }
        Label here = code.label("function");
        code.call(here);
        code.push(Gpr.R11);
        code.mov(OperandSize.QWORD, Gpr.R11, io.bpf4j.vm.x64.Memory.at(Gpr.RSP, 8));
        for (Gpr gpr : FREE) {
            if (gpr != Gpr.R11) {
                code.mov(OperandSize.QWORD, io.bpf4j.vm.x64.Memory.at(Gpr.R11, AFTER + 8L * gpr.number()),
                        gpr);
            }
        }
        code.pop(Gpr.RAX);
        code.mov(OperandSize.QWORD, io.bpf4j.vm.x64.Memory.at(Gpr.R11, AFTER + 8L * Gpr.R11.number()),
                Gpr.RAX);
        code.pop(Gpr.RDI);
        code.pop(Gpr.RDI);
        kept.reversed().forEach(code::pop);
        code.plain(Plain.RET);
        code.bind(here);
        code.push(Gpr.RAX);
        code.loadImmediate(Gpr.RAX, function);
        code.xchg(OperandSize.QWORD, io.bpf4j.vm.x64.Memory.at(Gpr.RSP), Gpr.RAX);
        code.plain(Plain.RET);
        NativeCode.call(seal(code.assemble().bytes()).address(), memory.base());
    }

    /** A function of two instructions. */
    private Detour detour() {
        X64Assembler code = new X64Assembler();
        code.alu(Alu.ADD, OperandSize.QWORD, Gpr.RAX, 1);
        code.plain(Plain.RET);
        Block text = new Block(0x1234, code.assemble().bytes());
        PatchPlanner planner = new PatchPlanner(CodeMap.of(ModuleText.of(text)));
        return ((PatchPlan.Patch) planner.entry(FunctionCode.of(text, text.range()))).detour();
    }

    private TargetLayout layout(TidSource tid, boolean ownStack) {
        return new TargetLayout(tid, slots.memory().base(), SLOTS, BLOCK_BYTES, memory.base() + MISSED,
                memory.base() + SHARD_OWNERS, SHARDS, ownStack);
    }

    static List<Arguments> ways() {
        List<Arguments> ways = new ArrayList<>();
        for (TidSource tid : List.of(new TidSource.ControlBlock(0x2d0), new TidSource.SystemCall())) {
            for (boolean ownStack : new boolean[]{false, true}) {
                for (Moment moment : Moment.values()) {
                    for (boolean atReturn : new boolean[]{false, true}) {
                        ways.add(Arguments.of(tid, ownStack, moment, atReturn));
                    }
                }
            }
        }
        return ways;
    }

    @ParameterizedTest
    @MethodSource("ways")
    void registersStayAndProgramsSeeThem(TidSource tid, boolean ownStack, Moment moment, boolean atReturn) {
        Program program = copier();
        X64Assembler code = new X64Assembler();
        Machine machine = new Machine(memory, new MapTable(List.of()), HelperTable.EMPTY);
        Label entry = new X64Compiler(Set.of())
                .append(code, Unproved.program(program, machine, Checking.NONE),
                        HelperLinkage.BY_SYMBOL)
                .get(0);
        TrampolineWriter writer = new TrampolineWriter(code, layout(tid, ownStack));
        List<Run> runs = List.of(new Run(program, entry, 0));
        Label start = writer
                .write(new Hook(0x1234, 0, atReturn ? List.of() : runs, atReturn ? runs : List.of(),
                        detour(), moment));
        MachineCode machineCode = code.assemble();
        NativeCode sealed = new NativeCode(kernel, machineCode.size());
        made.add(sealed);
        sealed.seal(writer.trampolines().link(machineCode, sealed.address()));
        call(sealed.address() + machineCode.offsetOf(start));

        for (Gpr gpr : FREE) {
            long expected = memory.getLong(memory.base() + 8L * gpr.number()) + (gpr == Gpr.RAX ? 1 : 0);
            assertEquals(expected, memory.getLong(memory.base() + AFTER + 8L * gpr.number()), gpr::toString);
        }
        assertSeen(PtRegs.DI, Gpr.RDI, 0);
        assertSeen(PtRegs.CX, Gpr.RCX, 0);
        assertSeen(PtRegs.R12, Gpr.R12, 0);
        assertSeen(PtRegs.BP, Gpr.RBP, 0);
        assertSeen(PtRegs.AX, Gpr.RAX, atReturn ? 1 : 0);
        assertEquals(0x33, seen(PtRegs.CS));
        assertEquals(-1, seen(PtRegs.ORIG_AX));
        if (!atReturn) {
            assertEquals(0x1234, seen(PtRegs.IP));
        }
        assertEquals(0, slots.memory().getInt(slotOfThread() + ThreadBlock.BUSY.offset()));
        assertEquals(0, memory.getLong(memory.base() + MISSED));
        long pid = kernel.call(Syscall.GETPID, 0, 0, 0, 0, 0, 0);
        long thread = kernel.call(Syscall.GETTID, 0, 0, 0, 0, 0, 0);
        assertEquals(pid << 32 | thread,
                slots.memory().getLong(slotOfThread() + ThreadBlock.PID_TGID.offset()));
        assertEquals(thread, memory.getInt(memory.base() + SHARD_OWNERS));
    }

    private long slotOfThread() {
        long thread = kernel.call(Syscall.GETTID, 0, 0, 0, 0, 0, 0);
        return slots.memory().base() + (thread & SLOTS - 1) * BLOCK_BYTES;
    }

    private long seen(PtRegs field) {
        return memory.getLong(memory.base() + SEEN + field.offset());
    }

    private void assertSeen(PtRegs field, Gpr gpr, long difference) {
        assertEquals(memory.getLong(memory.base() + 8L * gpr.number()) + difference, seen(field),
                field::fieldName);
    }
}
