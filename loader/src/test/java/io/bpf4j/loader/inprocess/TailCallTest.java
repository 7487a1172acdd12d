package io.bpf4j.loader.inprocess;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.loader.feature.TrialTypes;
import io.bpf4j.loader.kernel.KernelMap;
import io.bpf4j.loader.kernel.MapFactory;
import io.bpf4j.loader.kernel.MapReferences;
import io.bpf4j.loader.sys.BtfCalls;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.loader.sys.MapCalls;
import io.bpf4j.loader.sys.Privileges;
import io.bpf4j.loader.sys.ProgramCalls;
import io.bpf4j.loader.sys.ProgramParameters;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.engine.Checking;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.Executable;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.engine.Unproved;
import io.bpf4j.vm.engine.helper.StandardHelpers;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.jit.jvm.JvmCompiler;
import io.bpf4j.vm.map.MapArena;
import io.bpf4j.vm.memory.Region;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.text.Assembly;
import io.bpf4j.vm.type.IntType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Programs that go on as other programs do so in every engine as in the kernel. */
class TailCallTest {

    private static final int CONTEXT = 64;
    private static final MapSpec JUMPS = new MapSpec("jumps", MapKind.PROG_ARRAY, IntType.U32, IntType.U32, 8,
            0,
            new MapRole.Plain());
    private static final MapSpec SEEN = new MapSpec("seen", MapKind.ARRAY, IntType.U32, IntType.U64, 4, 0,
            new MapRole.Plain());
    private static final List<MapSpec> MAPS = List.of(JUMPS, SEEN);

    private static final String RETURN_42 = "r0 = 42\nexit\n";
    /** Goes on as another program from a function; if that cannot be, the function returns 7. */
    private static final String FROM_FUNCTION = "call other\nr0 += 100\nexit\nother:\nr2 = map[jumps] ll\nr3 = %s\n"
            + "call bpf_tail_call\nr0 = 7\nexit\n";

    /** Goes on as another program; if that cannot be, R0 is 7. */
    private static String goOn(String index) {
        return "r2 = map[jumps] ll\nr3 = " + index + "\ncall bpf_tail_call\nr0 = 7\nexit\n";
    }

    /** Counts itself, and keeps R1. */
    private static String count(int index) {
        return """
                r6 = r1
                *(u32 *)(r10 - 4) = %d
                r1 = map[seen] ll
                r2 = r10
                r2 += -4
                call bpf_map_lookup_elem
                if r0 == 0 goto none
                r1 = *(u64 *)(r0 + 0)
                r1 += 1
                *(u64 *)(r0 + 0) = r1
                none:
                r1 = r6
                """.formatted(index);
    }

    /** What happens: the programs by their places in the array, of which the first one is started. */
    private record Scenario(String name, String... programs) {}

    private static final List<Scenario> SCENARIOS = List.of(
            new Scenario("a program goes on as another", goOn("1"), RETURN_42),
            new Scenario("the callers registers are gone and its context is not",
                    "r6 = 5\n*(u64 *)(r10 - 8) = 3\n" + goOn("1"),
                    "r6 = r1\nr0 = 1\nif r6 != 0 goto end\nr0 = 2\nend:\nexit\n"),
            new Scenario("an entry is missing", goOn("5"), RETURN_42),
            new Scenario("an index is too large", goOn("8"), RETURN_42),
            new Scenario("an index is negative", goOn("-1"), RETURN_42),
            new Scenario("the upper half of an index is ignored", goOn("0x700000001 ll"), RETURN_42),
            new Scenario("a program goes on as itself 33 times", count(0) + goOn("0")),
            new Scenario("two programs go on as each other", count(0) + goOn("1"), count(1) + goOn("0")),
            new Scenario("a missing entry does not count",
                    count(0) + "r2 = map[jumps] ll\nr3 = 6\ncall bpf_tail_call\nr1 = r6\n" + goOn("0")),
            new Scenario("a function goes on as a program", FROM_FUNCTION.formatted("1"), RETURN_42),
            new Scenario("a function finds no program", FROM_FUNCTION.formatted("3"), RETURN_42),
            new Scenario("functions of programs that functions went on as", FROM_FUNCTION.formatted("1"),
                    FROM_FUNCTION.formatted("2"), FROM_FUNCTION.formatted("3"), RETURN_42),
            new Scenario("what a function went on as goes on as itself", FROM_FUNCTION.formatted("1"),
                    count(0) + goOn("1")),
            new Scenario("functions share the limit",
                    count(0) + "call other\nr1 = r6\ncall other\nr0 = 9\nexit\nother:\n" + goOn("1"),
                    count(1) + goOn("1")),
            new Scenario("a stack stays as it was around a function that goes on",
                    "*(u64 *)(r10 - 8) = 11\ncall other\nr1 = *(u64 *)(r10 - 8)\nr0 += r1\nexit\nother:\n"
                            + "*(u64 *)(r10 - 8) = 22\n" + goOn("1"),
                    "*(u64 *)(r10 - 8) = 33\n*(u64 *)(r10 - 16) = 44\nr0 = *(u64 *)(r10 - 8)\nexit\n"));

    private static Program program(String text) {
        Assembly assembly = Assembler.assemble(text);
        return new Program("test", ProgramType.RAW_TRACEPOINT, new AttachSpec.Manual(),
                assembly.instructions(),
                assembly.references(), List.of(), List.of());
    }

    private static byte[] key(int index) {
        return MapCalls.bytesOf(index);
    }

    /** Loads a program with types: the kernel asks for those of functions that go on as programs. */
    private static Fd load(Kernel kernel, Instructions instructions) {
        IntStream callees = IntStream.range(0, instructions.size())
                .filter(index -> instructions.get(index) instanceof Insn.CallFunction)
                .map(index -> instructions.targetSlot(index).orElseThrow());
        TrialTypes types = new TrialTypes(
                IntStream.concat(IntStream.of(0), callees).sorted().distinct().toArray());
        try (Fd btf = new BtfCalls(kernel).load(types.bytes())) {
            return new ProgramCalls(kernel).load(ProgramParameters.of(ProgramType.RAW_TRACEPOINT, "test",
                    InsnCodec.encode(instructions)).withDebug(types.debug(btf.number())));
        }
    }

    /** Returns R0 and the counts. */
    private static String inKernel(Kernel kernel, Scenario scenario) {
        ProgramCalls calls = new ProgramCalls(kernel);
        MapFactory factory = new MapFactory(kernel);
        Map<String, KernelMap> maps = new HashMap<>();
        List<Fd> loaded = new ArrayList<>();
        try {
            MAPS.forEach(spec -> maps.put(spec.name(), factory.create(spec)));
            for (String text : scenario.programs()) {
                Program program = program(text);
                Instructions instructions = Instructions.of(MapReferences.resolve(program.instructions(),
                        program.references(), name -> maps.get(name).fd()));
                loaded.add(load(kernel, instructions));
                new MapCalls(kernel).update(maps.get("jumps").fd(), key(loaded.size() - 1),
                        MapCalls.bytesOf(loaded.getLast().number()), MapCalls.Update.ALWAYS);
            }
            int r0 = calls.testRun(loaded.getFirst(), new byte[CONTEXT]).returned();
            return r0 + ", " + Arrays.toString(maps.get("seen").lookup(key(0)).orElseThrow()) + ", "
                    + Arrays.toString(maps.get("seen").lookup(key(1)).orElseThrow());
        } finally {
            loaded.forEach(Fd::close);
            maps.values().forEach(KernelMap::close);
        }
    }

    private static String in(Engine engine, Checking checking, Scenario scenario) {
        int arenaBytes = (int) MapArena.bytes(MAPS, 1);
        try (NativeBlock block = new NativeBlock(LinuxKernel.instance(),
                arenaBytes + Execution.bytes(CONTEXT))) {
            long base = block.memory().base();
            MapArena arena = MapArena.create(block.memory(), base, MAPS, 1);
            Machine machine = new Machine(block.memory(), arena.table(), StandardHelpers.table());
            Region jumps = arena.map("jumps").orElseThrow().regions().getFirst();
            List<Executable> prepared = new ArrayList<>();
            for (String text : scenario.programs()) {
                Executable executable = engine.prepare(Unproved.program(program(text), machine, checking));
                machine.setTailTarget(jumps.start() + (long) prepared.size() * jumps.stride(), executable);
                prepared.add(executable);
            }
            Execution execution = new Execution(machine, null, base + arenaBytes, CONTEXT, 0);
            long context = execution.setContext("the context", new byte[CONTEXT], false);
            long r0 = prepared.getFirst().run(execution, context, 0);
            return r0 + ", " + Arrays.toString(arena.map("seen").orElseThrow().get(key(0)).orElseThrow())
                    + ", " + Arrays.toString(arena.map("seen").orElseThrow().get(key(1)).orElseThrow());
        }
    }

    @TestFactory
    Stream<DynamicTest> everyEngineGoesOnAsTheKernelDoes() {
        Kernel kernel = Privileges.rootKernel();
        return SCENARIOS.stream().map(scenario -> DynamicTest.dynamicTest(scenario.name(), () -> {
            String expected = inKernel(kernel, scenario);
            for (Checking checking : Checking.values()) {
                try (NativeEngine machineCode = new NativeEngine(kernel, HostProcessor.features())) {
                    for (Engine engine : List.of(new Interpreter(), new JvmCompiler(problem -> {}),
                            machineCode)) {
                        assertEquals(expected, in(engine, checking, scenario),
                                engine.name() + ", " + checking);
                    }
                }
            }
        }));
    }
}
