package io.bpf4j.vm.btf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.vm.object.Command;
import io.bpf4j.vm.object.SampleUnit;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.StructuralEquality;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UnitBtfTest {
    private final UnitBtf unit = UnitBtf.of(SampleUnit.unit());

    @Test
    void equalUnitsGiveEqualBytes() {
        assertArrayEquals(unit.bytes(), UnitBtf.of(SampleUnit.unit()).bytes());
    }

    @Test
    void mapsHaveTheTypesThatTheKernelTakes() {
        Btf btf = Btf.parse(unit.bytes());
        assertEquals("stat", btf.name(unit.map("stats").value()));
        assertEquals(BtfKind.INT, btf.kind(btf.resolve(unit.map("stats").key())));
        assertEquals(BtfKind.DATA_SECTION, btf.kind(unit.map(".data").value()));
        assertEquals(0, unit.map(".data").key());
        assertEquals(new UnitTypes.MapTypes(0, 0), unit.map(".output"));
    }

    @Test
    void structsReadBackAreWhatWasWritten() {
        Btf btf = Btf.parse(unit.bytes());
        TypeImporter importer = new TypeImporter(btf, AddressSpace.OWN);
        StructType event = (StructType) SampleUnit.unit().types().get(1);
        StructType back = importer.struct("event").orElseThrow();
        assertEquals(event.size(), back.size());
        for (StructType.Field field : event.fields()) {
            assertEquals(field.offset(), back.field(field.name()).orElseThrow().offset(), field.name());
        }
        assertTrue(StructuralEquality.same(back.field("kind").orElseThrow().type(),
                event.field("kind").orElseThrow().type()));
        assertTrue(StructuralEquality.same(back.field("wide").orElseThrow().type(),
                event.field("wide").orElseThrow().type()));
    }

    @Test
    void everyFunctionHasALineAtItsStart() {
        ProgramDebugInfo info = unit.program("on_write");
        assertEquals(List.of(0, 8, 11),
                info.functions().stream().map(ProgramDebugInfo.FunctionRecord::slot).toList());
        assertEquals(List.of(0, 5, 8, 10, 11),
                info.lines().stream().map(ProgramDebugInfo.LineRecord::slot).toList());
        assertEquals(3 * BtfLayout.FUNCTION_RECORD_SIZE, info.functionBytes().length);
        assertEquals(5 * BtfLayout.LINE_RECORD_SIZE, info.lineBytes().length);
        assertTrue(unit.program("at_begin").lines().isEmpty());
    }

    @Test
    void bpftoolReadsTheBytes(@TempDir Path directory) throws IOException {
        assumeTrue(Command.exists("bpftool"), "bpftool is not installed");
        Path file = Files.write(directory.resolve("unit.btf"), unit.bytes());
        Command.Result result = Command.run("bpftool", "btf", "dump", "file", file.toString(), "format", "c");
        assertEquals(0, result.status(), result.output());
        assertTrue(result.output().contains("u64 count;"), result.output());
        assertTrue(result.output().contains("struct stat stats[3][2];"), result.output());
        assertTrue(result.output().contains("LOW = -1,"), result.output());
    }

    @Test
    void namesBecomeIdentifiers() {
        assertEquals("_output", Names.identifier(".output"));
        assertEquals("_2nd", Names.identifier("2nd"));
        assertEquals("crypto_tls___Conn__Write", Names.identifier("crypto/tls.(*Conn).Write"));
        assertEquals("_", Names.identifier(""));
        assertEquals(127, Names.identifier("x".repeat(500)).length());
    }
}
