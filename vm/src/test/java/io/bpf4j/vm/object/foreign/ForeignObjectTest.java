package io.bpf4j.vm.object.foreign;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Instructions;
import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.object.ObjectReader;
import io.bpf4j.vm.program.Function;
import io.bpf4j.vm.program.GlobalValues;
import io.bpf4j.vm.program.LoadTraits;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.program.Reference;
import io.bpf4j.vm.program.SourceLine;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What clang makes of C, read; the sources are among the resources. */
class ForeignObjectTest {
    private static final int CPUS = 3;
    private static final Surroundings NOWHERE = new Surroundings(Optional.empty(), CPUS, 0x60102,
            name -> Optional.empty(), name -> OptionalLong.empty());

    private static ForeignUnit read(String name) {
        return ForeignObjectReader.read(name, ClangObjects.bytes(name), NOWHERE);
    }

    private static Program program(ProgramUnit unit, String name) {
        return unit.programs().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    @Test
    void mapsAreWhatTheirMembersSay() {
        ForeignUnit read = read("maps");
        MapSpec stats = read.unit().map("stats").orElseThrow();
        assertEquals(MapKind.HASH, stats.kind());
        assertEquals("struct key", stats.key().spelling());
        assertEquals("struct stat", stats.value().spelling());
        assertEquals(1024, stats.maxEntries());
        assertEquals(64, read.unit().map("scratch").orElseThrow().valueSize());
        assertEquals(0, read.unit().map("waiting").orElseThrow().keySize());
        assertEquals(Set.of("recent"), read.pinned());
    }

    @Test
    void definitionsThatTheKernelWouldRefuseAreSetRight() {
        ProgramUnit unit = read("maps").unit();
        MapSpec ring = unit.map("events").orElseThrow();
        assertEquals(8192, ring.maxEntries());
        assertEquals(0, ring.valueSize());
        assertEquals("struct event", ((MapRole.Events) ring.role()).record().spelling());
        MapSpec samples = unit.map("samples").orElseThrow();
        assertEquals(CPUS, samples.maxEntries());
        assertEquals(4, samples.keySize());
        assertEquals(4, samples.valueSize());
    }

    @Test
    void mapsFromBeforeTypesAreRead() {
        ProgramUnit unit = read("legacy").unit();
        assertEquals(List.of("counts", "output"), unit.maps().stream().map(MapSpec::name).sorted().toList());
        assertEquals(8, unit.map("counts").orElseThrow().valueSize());
        assertEquals(CPUS, unit.map("output").orElseThrow().maxEntries());
        assertEquals(List.of("counts", "counts", "output"), unit.programs().getFirst().references().stream()
                .map(Reference::map).sorted().toList());
    }

    @Test
    void variablesAreInTheMapOfTheirSection() {
        ProgramUnit unit = read("globals").unit();
        MapSpec constants = unit.map(".rodata").orElseThrow();
        assertEquals(MapSpec.READ_ONLY_FOR_PROGRAMS | MapSpec.MAPPABLE, constants.flags());
        assertEquals(5, unit.map(".data").orElseThrow().initialData()[0]);
        assertEquals(11, unit.map(".data.apart").orElseThrow().initialData()[0]);
        assertEquals(0, unit.map(".bss").orElseThrow().initialData().length);
        assertTrue(unit.global("target").orElseThrow().settable());
        ProgramUnit set = GlobalValues.set(unit, "target", "258");
        byte[] data = set.map(".rodata").orElseThrow().initialData();
        int offset = unit.global("target").orElseThrow().offset();
        assertArrayEquals(new byte[]{2, 1, 0, 0}, Arrays.copyOfRange(data, offset, offset + 4));
    }

    @Test
    void staticVariablesAreReachedThroughTheirSection() {
        ProgramUnit unit = read("globals").unit();
        int offset = unit.global("hidden").orElseThrow().offset();
        assertTrue(program(unit, "count").references().stream().anyMatch(
                reference -> reference instanceof Reference.ToMapValue value && value.map().equals(".bss")
                        && value.offset() == offset));
    }

    @Test
    void eachProgramHasTheFunctionsThatItCallsInTheOrderOfFirstCalls() {
        ProgramUnit unit = read("functions").unit();
        assertEquals(List.of("first", "add", "twice", "visible"), names(program(unit, "first")));
        assertEquals(List.of("second", "each", "round_of", "twice"), names(program(unit, "second")));
        assertEquals(List.of("third", "add", "twice"), names(program(unit, "third")));
        unit.programs().forEach(ForeignObjectTest::assertCallsLeadToFunctions);
    }

    @Test
    void staticFunctionsBesideTheProgramsAreNoPrograms() {
        ProgramUnit unit = read("beside").unit();
        assertEquals(List.of("first", "second"), unit.programs().stream().map(Program::name).toList());
        assertEquals(List.of("first", "beside", "deeper"), names(unit.programs().getFirst()));
        unit.programs().forEach(ForeignObjectTest::assertCallsLeadToFunctions);
    }

    private static List<String> names(Program program) {
        return program.functions().stream().map(Function::name).toList();
    }

    private static void assertCallsLeadToFunctions(Program program) {
        Instructions instructions = Instructions.of(program.instructions());
        List<Integer> starts = program.functions().stream().map(Function::slot).toList();
        for (int i = 0; i < instructions.size(); i++) {
            boolean named = instructions.get(i) instanceof Insn.CallFunction
                    || instructions.get(i) instanceof Insn.LoadImmediate64 load
                            && load.kind() == Immediate64.FUNCTION;
            if (named) {
                assertTrue(starts.contains(instructions.targetSlot(i).getAsInt()),
                        program.name() + " at " + i);
            }
        }
    }

    @Test
    void linesAndParametersComeFromTheDebugInformation() {
        Program first = program(read("functions").unit(), "first");
        SourceLine line = first.lineAt(0);
        assertTrue(line.file().endsWith("functions.bpf.c"), line.file());
        assertTrue(line.text().contains("ctx[1] & 31"), line.text());
        Function add = first.functions().get(1);
        assertEquals(List.of("index", "value"),
                add.parameters().stream().map(Function.Parameter::name).toList());
        assertTrue(first.lineAt(add.slot()).text().contains("add(u32 index"),
                first.lineAt(add.slot()).text());
    }

    @Test
    void mapsOfMapsAndOfProgramsHaveTheirFirstValues() {
        ProgramUnit unit = read("nested").unit();
        MapRole.Outer shelves = (MapRole.Outer) unit.map("shelves").orElseThrow().role();
        assertEquals(List.of(new MapRole.Slot(0, "left"), new MapRole.Slot(2, "right")), shelves.first());
        assertEquals(8, shelves.inner().maxEntries());
        assertEquals(new MapRole.Programs(List.of(new MapRole.Slot(1, "jumped"))),
                unit.map("jumps").orElseThrow().role());
    }

    @Test
    void settingsOfTheKernelAreReadOnlyValues() {
        ForeignUnit nothingKnown = read("nested");
        assertArrayEquals(new byte[]{2, 1, 6, 0, 0},
                nothingKnown.unit().map(".kconfig").orElseThrow().initialData());
        assertTrue(nothingKnown.notes().toString().contains("bpf_no_such_symbol"));
        Surroundings known = new Surroundings(Optional.empty(), CPUS, 0x60102, name -> Optional.of("y"),
                name -> OptionalLong.of(0x1234));
        ForeignUnit read = ForeignObjectReader.read("nested", ClangObjects.bytes("nested"), known);
        assertEquals(1, read.unit().map(".kconfig").orElseThrow().initialData()[4]);
        assertTrue(program(read.unit(), "start").instructions().stream().anyMatch(
                insn -> insn instanceof Insn.LoadImmediate64 load && load.value() == 0x1234));
    }

    @Test
    void settingWithoutValueIsNamed() {
        Surroundings noVersion = Surroundings.of(Optional.empty(), CPUS);
        byte[] bytes = ClangObjects.bytes("nested");
        ObjectException e = assertThrows(ObjectException.class,
                () -> ForeignObjectReader.read("nested", bytes, noVersion));
        assertTrue(e.getMessage().contains("extern LINUX_KERNEL_VERSION"), e.getMessage());
    }

    @Test
    void sectionsSayTypesAndPlaces() {
        ForeignUnit read = read("places");
        TreeMap<String, String> places = new TreeMap<>();
        for (Program program : read.unit().programs()) {
            places.put(program.name(), program.type() + " " + program.attach().spelling());
        }
        assertEquals("KPROBE kprobe:do_unlinkat", places.get("a_kprobe"));
        assertEquals("KPROBE uretprobe:/bin/bash:readline", places.get("a_uretprobe"));
        assertEquals("KPROBE uprobe:/bin/bash:readline+4", places.get("a_sleepable_uprobe"));
        assertEquals("KPROBE usdt:libc.so.6:libc:setjmp", places.get("a_usdt"));
        assertEquals("TRACEPOINT tracepoint:syscalls:sys_enter_openat", places.get("a_tp"));
        assertEquals("SCHED_CLS classifier/egress", places.get("a_classifier"));
        assertEquals("TRACING fentry:do_unlinkat", places.get("a_fentry"));
        assertEquals(new LoadTraits(10, "", false, false), read.traits().get("a_connect4"));
        assertEquals(new LoadTraits(27, "bpf_lsm_file_open", false, false), read.traits().get("an_lsm"));
        assertTrue(read.traits().get("a_sleepable_uprobe").sleepable());
        assertTrue(read("nested").traits().get("look").onDemand());
    }

    @Test
    void oldNamesOfSectionsAreKnownByTheirStart() {
        assertEquals(ProgramType.XDP, ProgramPlace.of("xdp_pass").orElseThrow().type());
        assertEquals(ProgramType.SOCKET_FILTER, ProgramPlace.of("socket1").orElseThrow().type());
        assertTrue(ProgramPlace.of("no_such_kind").isEmpty());
    }

    @Test
    void clangsObjectsAreNotTakenForOurs() {
        byte[] bytes = ClangObjects.bytes("maps");
        assertTrue(!ObjectReader.isOurs(bytes));
        assertEquals("Dual BSD/GPL", read("maps").unit().license());
    }
}
