package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.IrProgram;
import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.OutOfRoom;
import io.bpf4j.compiler.ir.Slot;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.typed.FunctionSymbol;
import io.bpf4j.compiler.typed.LocalVariable;
import io.bpf4j.compiler.typed.TypedProbe;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.program.Function.Parameter;
import io.bpf4j.vm.program.LossCounter;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Lowers one probe with the functions that it calls. */
final class ProgramLowering {
    /** Bytes of the frame that slots may take: of 512, the rest is for registers that must be spilled. */
    private static final int FRAME_BUDGET = 320;
    /** Bytes of slots beyond which a function becomes part of its callers, which can place them better. */
    private static final int FUNCTION_BUDGET = 64;
    /** Bytes of spilled registers to expect in a called function. */
    private static final int FUNCTION_SPILLS = 32;
    private static final Type CONTEXT_TYPE = new PointerType(VoidType.VOID, AddressSpace.OWN);

    private final UnitState unit;
    private final TypedProbe probe;
    private final FunctionFacts facts;
    private final Map<FunctionSymbol, IrFunction> done = new LinkedHashMap<>();
    private final Deque<FunctionSymbol> required = new ArrayDeque<>();

    ProgramLowering(UnitState unit, TypedProbe probe) {
        this.unit = unit;
        this.probe = probe;
        facts = new FunctionFacts(probe);
    }

    UnitState unit() {
        return unit;
    }

    TypedProbe probe() {
        return probe;
    }

    boolean isInlined(FunctionSymbol function) {
        return facts.isInlined(function);
    }

    boolean usesContext(FunctionSymbol function) {
        return facts.usesContext(function);
    }

    /** Asks for a function that is called; returns its name within the program. */
    String require(FunctionSymbol function) {
        if (!done.containsKey(function) && !required.contains(function)) {
            required.add(function);
        }
        return function.name();
    }

    IrProgram lower() {
        while (true) {
            done.clear();
            required.clear();
            Main main = lowerBody();
            if (lowerRequired()) {
                List<IrFunction> functions = new ArrayList<>();
                functions.add(main.place(FRAME_BUDGET - deepest(main.body)));
                functions.addAll(done.values());
                return new IrProgram(probe.name(), probe.type(), probe.attach(), functions);
            }
        }
    }

    /** Lowers the called functions; returns false if one turned out to be better inlined. */
    private boolean lowerRequired() {
        while (!required.isEmpty()) {
            FunctionSymbol function = required.peek();
            int room = lowerFunction(function);
            if (room > FUNCTION_BUDGET && facts.forceInline(function)) {
                return false;
            }
            required.remove();
        }
        return true;
    }

    private int lowerFunction(FunctionSymbol symbol) {
        CodeBuilder code = new CodeBuilder(symbol.at());
        List<Value> arguments = new ArrayList<>();
        List<Parameter> signature = new ArrayList<>();
        for (LocalVariable parameter : symbol.parameters()) {
            arguments.add(code.value());
            signature.add(new Parameter(parameter.name(), parameter.type()));
        }
        Optional<Value> context = usesContext(symbol) ? Optional.of(code.value()) : Optional.empty();
        FunctionLowering lowering = new FunctionLowering(this, code, context);
        code.start(code.block());
        for (int i = 0; i < symbol.parameters().size(); i++) {
            lowering.bindParameter(symbol.parameters().get(i), arguments.get(i));
        }
        lowering.statements().run(symbol.body());
        context.ifPresent(value -> {
            arguments.add(value);
            signature.add(new Parameter("ctx", CONTEXT_TYPE));
        });
        done.put(symbol, new IrFunction(symbol.name(), arguments, signature, symbol.result(),
                BlockCleaner.clean(code.takeBlocks()), symbol.at(), code.names()));
        return code.slots().all().stream().mapToInt(Slot::size).sum();
    }

    /** Returns the frame bytes to expect below a body, in the deepest chain of calls. */
    private int deepest(List<Block> blocks) {
        int deepest = 0;
        for (Block block : blocks) {
            for (Instruction instruction : block.instructions()) {
                if (instruction instanceof Instruction.CallFunction call) {
                    IrFunction callee = done.values().stream()
                            .filter(function -> function.name().equals(call.function())).findFirst()
                            .orElseThrow();
                    deepest = Math.max(deepest, FUNCTION_BUDGET + FUNCTION_SPILLS + deepest(callee.blocks()));
                }
            }
        }
        return deepest;
    }

    private Main lowerBody() {
        CodeBuilder code = new CodeBuilder(probe.at());
        Value context = code.value();
        FunctionLowering lowering = new FunctionLowering(this, code, Optional.of(context));
        int start = code.block();
        code.start(start);
        lowering.statements().run(probe.body());
        return new Main(lowering, context, start, code.takeBlocks());
    }

    /** The probe's own body, before it is decided which slots stay in the frame. */
    private final class Main {
        private final FunctionLowering lowering;
        private final CodeBuilder code;
        private final Value context;
        private final int start;
        private final List<Block> body;

        Main(FunctionLowering lowering, Value context, int start, List<Block> body) {
            this.lowering = lowering;
            this.code = lowering.code();
            this.context = context;
            this.start = start;
            this.body = body;
        }

        IrFunction place(int budget) {
            ScratchPlacement placement = new ScratchPlacement(code.slots(), Math.max(0, budget));
            List<Block> blocks = new ArrayList<>();
            if (placement.isEmpty()) {
                blocks.addAll(body);
            } else {
                if (placement.size() > UnitState.SCRATCH_LIMIT) {
                    throw OutOfRoom.error("'" + probe.name() + "'", placement.size(), UnitState.SCRATCH_LIMIT,
                            "memory for large variables", placement.moved());
                }
                unit.needScratch(placement.size());
                Value entry = claim();
                blocks.addAll(code.takeBlocks());
                blocks.addAll(placement.apply(body, entry));
            }
            return new IrFunction(probe.name(), List.of(context), List.of(new Parameter("ctx", CONTEXT_TYPE)),
                    IntType.S32, BlockCleaner.clean(blocks), probe.at(), code.names());
        }

        /**
         * Takes an entry of the scratch map that no interrupted program of this CPU uses; without one the probe is
         * skipped and counted. (Programs of uprobes can be preempted: kernel/trace/bpf_trace.c,
         * uprobe_prog_run.)
         */
        private Value claim() {
            Value entry = code.value();
            code.start(code.block());
            int mark = code.slots().mark();
            Address key = lowering.memory().temporary(Integer.BYTES);
            for (int index = 0; index < UnitState.SCRATCH_ENTRIES; index++) {
                int found = code.block();
                int next = code.block();
                code.store(Integer.BYTES, key, Operand.constant(index));
                code.copy(entry, lowering.maps().lookup(UnitState.SCRATCH, key));
                code.branchIfZero(entry, next, found);
                code.start(found);
                Value busy = code
                        .atomic(AtomicOperation.EXCHANGE, Long.BYTES, new Address(entry, 0, Long.BYTES),
                                code.copyOf(Operand.constant(1)), true)
                        .orElseThrow();
                code.branchIfZero(busy, start, next);
                code.start(next);
            }
            lowering.maps().count("", LossCounter.Kind.MISSED);
            code.slots().release(mark);
            return entry;
        }
    }
}
