package io.bpf4j.vm.object;

import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.InsnCodec;
import io.bpf4j.vm.isa.MalformedProgramException;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the objects of {@link ObjectWriter}: {@code write(read(bytes))} equals {@code bytes}. */
public final class ObjectReader {

    private ObjectReader() {}

    /**
     * Returns whether an object is one of ours, and not of another compiler.
     *
     * @throws ObjectException if the bytes are no object for BPF
     */
    public static boolean isOurs(byte[] bytes) {
        return ElfObject.parse(bytes).section(PrivateData.SECTION).isPresent();
    }

    /**
     * Reads a unit.
     *
     * @throws ObjectException if the bytes are no such object; clang's objects are none
     */
    public static ProgramUnit read(byte[] bytes) {
        ElfSections elf = ElfSections.parse(bytes);
        PrivateData rest = RecordTextParser.parse(
                new String(elf.require(PrivateData.SECTION), StandardCharsets.UTF_8), PrivateData.class);
        if (rest.version() != PrivateData.VERSION) {
            throw new ObjectException("version " + rest.version() + " of section " + PrivateData.SECTION
                    + ", this reader knows version " + PrivateData.VERSION);
        }
        Map<String, PrivateData.Code> codes = new HashMap<>();
        rest.codes().forEach(code -> codes.put(code.program(), code));
        List<Program> programs = new ArrayList<>();
        for (Program program : rest.unit().programs()) {
            PrivateData.Code code = codes.get(program.name());
            if (code == null) {
                throw new ObjectException("no code for program " + program.name());
            }
            programs.add(
                    new Program(program.name(), program.type(), program.attach(), instructions(elf, code),
                            program.references(), program.functions(), rest.lines().of(programs.size()),
                            program.names()));
        }
        Map<String, String> data = new HashMap<>();
        rest.data().forEach(each -> data.put(each.map(), each.section()));
        List<MapSpec> maps = rest.unit().maps().stream()
                .map(map -> data.containsKey(map.name())
                        ? map.withInitialData(elf.require(data.get(map.name())))
                        : map)
                .toList();
        ProgramUnit unit = rest.unit();
        return new ProgramUnit(unit.name(), unit.license(), programs, maps, unit.globals(), unit.outputs(),
                unit.losses(), unit.types());
    }

    private static List<Insn> instructions(ElfSections elf, PrivateData.Code code) {
        byte[] main = elf.part(code.section(), code.offset(), code.size());
        byte[] functions = elf.part(".text", code.functionsOffset(), code.functionsSize());
        byte[] bytes = Arrays.copyOf(main, Math.addExact(main.length, functions.length));
        System.arraycopy(functions, 0, bytes, main.length, functions.length);
        for (CodePatch patch : code.patches()) {
            long at = (long) patch.slot() * Long.BYTES;
            if (at < 0 || at + patch.bytes().length > bytes.length) {
                throw new ObjectException("no slot " + patch.slot() + " in program " + code.program());
            }
            System.arraycopy(patch.bytes(), 0, bytes, (int) at, patch.bytes().length);
        }
        try {
            return InsnCodec.decode(bytes);
        } catch (MalformedProgramException e) {
            throw new ObjectException("program " + code.program() + ": " + e.getMessage());
        }
    }
}
