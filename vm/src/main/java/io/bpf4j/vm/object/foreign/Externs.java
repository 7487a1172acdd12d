package io.bpf4j.vm.object.foreign;

import io.bpf4j.vm.btf.Btf;
import io.bpf4j.vm.btf.BtfKind;
import io.bpf4j.vm.btf.BtfType;
import io.bpf4j.vm.btf.core.CoreRelocator;
import io.bpf4j.vm.isa.Immediate64;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.object.ElfObject.Symbol;
import io.bpf4j.vm.object.ElfObject;
import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.program.MapSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What an object declares and the kernel has: settings ({@code .kconfig}), variables, functions ({@code .ksyms}). */
final class Externs {
    private static final String SYMBOLS = ".ksyms";

    private final Surroundings surroundings;
    private final ObjectTypes types;
    private final KernelSettings settings;
    private final Map<String, BtfType> symbols = new HashMap<>();
    private final List<String> notes = new ArrayList<>();

    Externs(ElfObject object, ObjectTypes types, Surroundings surroundings) {
        this.surroundings = surroundings;
        this.types = types;
        this.settings = KernelSettings.of(object, types, surroundings);
        for (int id : types.variables(SYMBOLS)) {
            symbols.put(types.type(id).name(), types.type(id));
        }
    }

    /** Returns the map of the settings, if there are any. */
    Optional<MapSpec> settingsMap() {
        return settings.map();
    }

    /** Returns the offset of a setting in that map; empty if the name is no setting. */
    OptionalInt setting(String name) {
        return settings.offset(name);
    }

    /** Returns what was missing but need not be there. */
    List<String> notes() {
        return notes;
    }

    /** Returns the load of the address of a variable or function of the kernel. */
    Insn address(Insn.LoadImmediate64 load, Symbol symbol) {
        BtfType declared = declaration(symbol);
        boolean untyped = declared instanceof BtfType.Variable variable
                && types.resolved(variable.type()) instanceof BtfType.Void;
        if (untyped) {
            OptionalLong address = surroundings.symbols().apply(symbol.name());
            if (address.isPresent()) {
                return Insn.LoadImmediate64.number(load.dst(), address.getAsLong() + load.value());
            }
        } else {
            OptionalInt id = kernelId(
                    declared instanceof BtfType.Function ? BtfKind.FUNCTION : BtfKind.VARIABLE,
                    symbol.name());
            if (id.isPresent()) {
                return new Insn.LoadImmediate64(load.dst(), Immediate64.VARIABLE, id.getAsInt(), 0);
            }
        }
        missing(symbol, untyped ? "no symbol " : "no variable or function ");
        return Insn.LoadImmediate64.number(load.dst(), 0);
    }

    /** Returns the call of a function of the kernel. */
    Insn call(Symbol symbol) {
        declaration(symbol);
        OptionalInt id = kernelId(BtfKind.FUNCTION, symbol.name());
        if (id.isPresent()) {
            return new Insn.CallKernelFunction(id.getAsInt(), (short) 0);
        }
        missing(symbol, "no function ");
        return new Insn.CallHelper(CoreRelocator.POISON);
    }

    private BtfType declaration(Symbol symbol) {
        BtfType declared = symbols.get(symbol.name());
        if (declared == null) {
            throw new ObjectException(
                    "extern " + symbol.name() + " is neither a setting nor a symbol of the kernel:"
                            + " the object is not complete, or a call of the C library is left in it");
        }
        return declared;
    }

    private OptionalInt kernelId(BtfKind kind, String name) {
        return surroundings.types().map((Btf kernel) -> kernel.find(kind, name)).orElse(OptionalInt.empty());
    }

    private void missing(Symbol symbol, String what) {
        if (!symbol.weak()) {
            throw new ObjectException("extern " + symbol.name() + ": the kernel has " + what + symbol.name()
                    + " (those of its modules are not looked for)");
        }
        notes.add("the kernel has " + what + symbol.name() + ", which the object declares weak");
    }
}
