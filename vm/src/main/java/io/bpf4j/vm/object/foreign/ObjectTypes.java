package io.bpf4j.vm.object.foreign;

import io.bpf4j.vm.btf.Btf;
import io.bpf4j.vm.btf.BtfException;
import io.bpf4j.vm.btf.BtfKind;
import io.bpf4j.vm.btf.BtfType;
import io.bpf4j.vm.btf.TypeImporter;
import io.bpf4j.vm.object.ElfObject;
import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.program.Function;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The types that an object brings along; there may be none. */
final class ObjectTypes {
    private static final String SECTION = ".BTF";

    private final Optional<Btf> btf;
    private final Optional<TypeImporter> importer;

    private ObjectTypes(Optional<Btf> btf) {
        this.btf = btf;
        this.importer = btf.map(found -> new TypeImporter(found, AddressSpace.OWN));
    }

    static ObjectTypes of(ElfObject object) {
        return new ObjectTypes(object.section(SECTION).map(section -> Btf.parse(section.bytes())));
    }

    Optional<Btf> btf() {
        return btf;
    }

    BtfType type(int id) {
        return btf.orElseThrow(() -> new ObjectException("the object has no section " + SECTION)).type(id);
    }

    /** Follows typedefs and qualifiers. */
    int resolve(int id) {
        return btf.orElseThrow().resolve(id);
    }

    BtfType resolved(int id) {
        return type(resolve(id));
    }

    /** Returns the variables of a section, without their offsets, which clang leaves for the linker to fill in. */
    List<Integer> variables(String section) {
        return btf.flatMap(found -> found.find(BtfKind.DATA_SECTION, section, BtfType.DataSection.class))
                .map(found -> found.variables().stream().map(BtfType.Placement::variable).toList())
                .orElse(List.of());
    }

    /** Makes a type of the probe language, and makes sure that it has a size. */
    Type importType(int id) {
        try {
            Type type = importer.orElseThrow().type(id);
            if (type.size() < 0 || type.alignment() <= 0) {
                throw new BtfException("type " + id + " has no size");
            }
            return type;
        } catch (IllegalStateException | ArithmeticException e) {
            throw new ObjectException("type " + id + " of the object: " + e.getMessage());
        }
    }

    /** Describes the function of a BTF id. */
    Optional<Function> function(int id, int slot) {
        if (btf.isEmpty() || id == 0 || !(type(id) instanceof BtfType.Function function)
                || !(type(function.prototype()) instanceof BtfType.Prototype prototype)) {
            return Optional.empty();
        }
        List<Function.Parameter> parameters = new ArrayList<>();
        for (BtfType.Parameter parameter : prototype.parameters()) {
            if (parameter.type() != 0) {
                String name = parameter.name().isEmpty() ? "arg" + parameters.size() : parameter.name();
                parameters.add(new Function.Parameter(name, importType(parameter.type())));
            }
        }
        return Optional.of(new Function(function.name(), slot, parameters, importType(prototype.result())));
    }

    /** Returns a type for bytes of which only the number is known. */
    static Type opaque(int size) {
        return switch (size) {
            case Byte.BYTES, Short.BYTES, Integer.BYTES, Long.BYTES -> IntType.of(size, false);
            default -> new ArrayType(IntType.U8, size);
        };
    }
}
