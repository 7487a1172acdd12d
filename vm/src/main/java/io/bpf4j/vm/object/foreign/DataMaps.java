package io.bpf4j.vm.object.foreign;

import io.bpf4j.vm.btf.BtfType;
import io.bpf4j.vm.object.ElfObject.Section;
import io.bpf4j.vm.object.ElfObject.Symbol;
import io.bpf4j.vm.object.ElfObject;
import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.program.Global;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole.Globals;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Sections of variables, each of which becomes an array of one value (tools/lib/bpf/libbpf.c, init_internal_map). */
final class DataMaps {
    /** The linkage of a static variable. */
    private static final int STATIC = 0;

    private DataMaps() {}

    static void read(ElfObject object, ObjectTypes types, MapTable table) {
        for (Section section : object.sections()) {
            Optional<Globals.Section> kind = kind(section);
            if (kind.isPresent() && section.size() > 0) {
                add(object, section, kind.get(), types, table);
            }
        }
    }

    private static Optional<Globals.Section> kind(Section section) {
        for (Globals.Section kind : Globals.Section.values()) {
            String name = kind.sectionName();
            if (section.isData() && !section.isCode()
                    && (section.name().equals(name) || section.name().startsWith(name + "."))) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    private static void add(ElfObject object, Section section, Globals.Section kind, ObjectTypes types,
            MapTable table) {
        List<Global> globals = new ArrayList<>();
        boolean shared = false;
        boolean readOnly = kind == Globals.Section.READ_ONLY;
        for (int id : types.variables(section.name())) {
            if (types.type(id) instanceof BtfType.Variable variable) {
                shared |= variable.linkage() != STATIC;
                Optional<Symbol> symbol = object.symbols().stream()
                        .filter(each -> each.section() == section.index()
                                && each.name().equals(variable.name()))
                        .findFirst();
                if (symbol.isPresent()) {
                    Type type = types.importType(variable.type());
                    long offset = symbol.get().value();
                    if (offset < 0 || offset > section.size() - type.size()) {
                        throw new ObjectException("variable " + variable.name() + " is outside of section "
                                + section.name());
                    }
                    globals.add(new Global(variable.name(), type, section.name(), (int) offset,
                            readOnly && variable.linkage() != STATIC, ""));
                }
            }
        }
        globals.sort(Comparator.comparingInt(Global::offset));
        int flags = (readOnly ? MapSpec.READ_ONLY_FOR_PROGRAMS : 0) | (shared ? MapSpec.MAPPABLE : 0);
        byte[] content = section.isZeros() ? new byte[0] : section.bytes();
        table.addData(section, new MapSpec(section.name(), MapKind.ARRAY, IntType.U32,
                new ArrayType(IntType.U8, section.size()), 1, flags, new Globals(kind), content), globals);
    }
}
