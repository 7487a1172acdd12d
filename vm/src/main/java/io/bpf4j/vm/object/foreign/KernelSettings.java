package io.bpf4j.vm.object.foreign;

import io.bpf4j.vm.btf.BtfType;
import io.bpf4j.vm.object.ElfObject.Symbol;
import io.bpf4j.vm.object.ElfObject;
import io.bpf4j.vm.object.ObjectException;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.EnumType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** The externs of {@code .kconfig} in one read-only map, as libbpf lays them out (bpf_object__collect_externs). */
final class KernelSettings {
    static final String SECTION = ".kconfig";
    private static final String VERSION = "LINUX_KERNEL_VERSION";

    private final Map<String, Integer> offsets = new LinkedHashMap<>();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private record Setting(String name, Type type, boolean weak) {}

    private KernelSettings() {}

    static KernelSettings of(ElfObject object, ObjectTypes types, Surroundings surroundings) {
        Map<String, Boolean> weak = new LinkedHashMap<>();
        for (Symbol symbol : object.symbols()) {
            if (symbol.section() == 0) {
                weak.put(symbol.name(), symbol.weak());
            }
        }
        List<Setting> settings = new ArrayList<>();
        for (int id : types.variables(SECTION)) {
            if (types.type(id) instanceof BtfType.Variable variable && weak.containsKey(variable.name())) {
                settings.add(new Setting(variable.name(), types.importType(variable.type()),
                        weak.get(variable.name())));
            }
        }
        settings.sort(Comparator.comparingInt((Setting each) -> -each.type().alignment())
                .thenComparingInt(each -> -each.type().size()).thenComparing(Setting::name));
        KernelSettings result = new KernelSettings();
        settings.forEach(setting -> result.add(setting, value(setting, surroundings)));
        return result;
    }

    private void add(Setting setting, byte[] value) {
        while (bytes.size() % setting.type().alignment() != 0) {
            bytes.write(0);
        }
        offsets.put(setting.name(), bytes.size());
        bytes.writeBytes(value);
    }

    private static byte[] value(Setting setting, Surroundings surroundings) {
        Optional<String> text = setting.name().equals(VERSION) && surroundings.kernelVersion() != 0
                ? Optional.of(Integer.toString(surroundings.kernelVersion()))
                : surroundings.settings().apply(setting.name());
        if (text.isEmpty()) {
            if (!setting.weak()) {
                throw new ObjectException("extern " + setting.name()
                        + " is a setting of the kernel whose value is not known; only weak ones may be missing");
            }
            return new byte[setting.type().size()];
        }
        return encode(setting, text.get());
    }

    private static byte[] encode(Setting setting, String text) {
        if (setting.type() instanceof ArrayType array && array.isString()) {
            byte[] content = text.replaceAll("^\"|\"$", "").getBytes(StandardCharsets.UTF_8);
            return Arrays.copyOf(
                    Arrays.copyOf(content, Math.min(content.length, Math.max(array.length() - 1, 0))),
                    array.length());
        }
        int size = setting.type().size();
        boolean number = setting.type() instanceof IntType || setting.type() instanceof EnumType;
        if (!number || size > Long.BYTES) {
            throw wrong(setting, text);
        }
        ByteBuffer out = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(switch (text) {
            case "y" -> setting.type() == IntType.CHAR ? 'y' : 1;
            case "m" -> setting.type() == IntType.CHAR ? 'm' : 2;
            case "n" -> setting.type() == IntType.CHAR ? 'n' : 0;
            default -> number(setting, text);
        });
        return Arrays.copyOf(out.array(), size);
    }

    private static long number(Setting setting, String text) {
        try {
            return Long.decode(text);
        } catch (NumberFormatException e) {
            throw wrong(setting, text);
        }
    }

    private static ObjectException wrong(Setting setting, String text) {
        return new ObjectException("extern " + setting.name() + ": the kernel's value " + text + " is no "
                + setting.type().spelling());
    }

    OptionalInt offset(String name) {
        Integer offset = offsets.get(name);
        return offset == null ? OptionalInt.empty() : OptionalInt.of(offset);
    }

    Optional<MapSpec> map() {
        if (offsets.isEmpty()) {
            return Optional.empty();
        }
        return Optional
                .of(new MapSpec(SECTION, MapKind.ARRAY, IntType.U32, new ArrayType(IntType.U8, bytes.size()),
                        1, MapSpec.READ_ONLY_FOR_PROGRAMS | MapSpec.MAPPABLE,
                        new MapRole.Globals(MapRole.Globals.Section.READ_ONLY), bytes.toByteArray()));
    }
}
