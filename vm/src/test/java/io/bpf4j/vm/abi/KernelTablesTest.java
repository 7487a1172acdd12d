package io.bpf4j.vm.abi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.vm.btf.BtfKind;
import io.bpf4j.vm.btf.BtfType;
import io.bpf4j.vm.btf.KernelBtf;
import io.bpf4j.vm.btf.TypeImporter;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.StructType;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Our tables against the enums and structs that the running kernel was built from. */
class KernelTablesTest {

    private static Map<String, Long> constants(String name, String prefix) {
        Map<String, Long> found = new HashMap<>();
        KernelBtf.get().find(BtfKind.ENUM, name, BtfType.Enumeration.class).orElseThrow().constants()
                .forEach(constant -> {
                    if (constant.name().startsWith(prefix)) {
                        found.put(constant.name().substring(prefix.length()), constant.value());
                    }
                });
        return found;
    }

    @Test
    void helpersAreTheKernels() {
        Map<String, Long> kernel = constants("bpf_func_id", "BPF_FUNC_");
        kernel.remove("unspec");
        Map<String, Long> ours = new HashMap<>();
        for (Helper helper : Helper.values()) {
            ours.put(helper.helperName(), (long) helper.id());
            assertEquals(helper, Helper.byId(helper.id()).orElseThrow());
            assertTrue(helper.arguments().size() <= 5, helper.helperName());
        }
        // An older kernel has the first so many of them.
        kernel.forEach((name, id) -> assertEquals(id, ours.get(name), name));
        assertTrue(kernel.size() <= ours.size());
    }

    @Test
    void programTypesAreTheKernels() {
        Map<String, Long> kernel = constants("bpf_prog_type", "BPF_PROG_TYPE_");
        kernel.remove("UNSPEC");
        kernel.forEach(
                (name, number) -> assertEquals(number, (long) ProgramType.valueOf(name).number(), name));
        for (ProgramType type : ProgramType.values()) {
            assertEquals(type, ProgramType.byNumber(type.number()).orElseThrow());
        }
    }

    @Test
    void mapKindsAreTheKernels() {
        Map<String, Long> kernel = constants("bpf_map_type", "BPF_MAP_TYPE_");
        for (MapKind kind : MapKind.values()) {
            assertEquals(kernel.get(kind.name()), (long) kind.number(), kind.name());
        }
    }

    @Test
    void registersAreWhereTheKernelHasThem() {
        StructType kernel = new TypeImporter(KernelBtf.get(), AddressSpace.KERNEL).struct("pt_regs")
                .orElseThrow();
        assertEquals(kernel.size(), PtRegs.SIZE);
        assertEquals(kernel.size(), PtRegs.type().size());
        for (PtRegs register : PtRegs.values()) {
            String name = register.name().toLowerCase(Locale.ROOT);
            assertEquals(kernel.field(name).orElseThrow().offset(), register.offset(), name);
            assertEquals(register.offset(), PtRegs.type().field(name).orElseThrow().offset(), name);
        }
    }

    @Test
    void contextsAreTheKernels() {
        TypeImporter importer = new TypeImporter(KernelBtf.get(), AddressSpace.KERNEL);
        for (ProgramType type : Set.of(ProgramType.PERF_EVENT, ProgramType.CGROUP_DEVICE,
                ProgramType.CGROUP_SYSCTL)) {
            StructType ours = type.context().orElseThrow();
            StructType kernel = importer.struct(ours.name()).orElseThrow();
            assertEquals(kernel.size(), ours.size(), ours.name());
            ours.fields().forEach(field -> assertEquals(kernel.field(field.name()).orElseThrow().offset(),
                    field.offset(), field.name()));
        }
    }

    @Test
    void firstKernelsRiseWithTheNumber() {
        assertEquals("3.19", Helper.MAP_LOOKUP_ELEM.since());
        assertEquals("5.8", Helper.RINGBUF_OUTPUT.since());
        assertEquals("5.17", Helper.LOOP.since());
        assertEquals("6.2", Helper.CGRP_STORAGE_DELETE.since());
    }
}
