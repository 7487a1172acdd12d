package io.bpf4j.vm.program;

import io.bpf4j.vm.type.ValueWriter;
import java.util.List;

/** Gives a unit's constants other values before it is loaded. */
public final class GlobalValues {

    private GlobalValues() {}

    /**
     * Returns the unit with a value in place of the one in the source.
     *
     * @param text the value as on a command line: {@code 42}, {@code 0x2a}, {@code true}, an enum's constant, text
     * @throws IllegalArgumentException if there is no such constant, or the text is no value of its type; the message
     *         says which
     */
    public static ProgramUnit set(ProgramUnit unit, String name, String text) {
        Global global = unit.global(name).filter(Global::settable)
                .orElseThrow(
                        () -> new IllegalArgumentException("there is no constant " + name + settable(unit)));
        MapSpec map = unit.map(global.map()).orElseThrow();
        byte[] data = map.initialData();
        byte[] value = ValueWriter.parse(global.type(), text);
        System.arraycopy(value, 0, data, global.offset(), value.length);
        return unit
                .withMaps(unit.maps().stream().map(other -> other == map ? map.withInitialData(data) : other)
                        .toList());
    }

    private static String settable(ProgramUnit unit) {
        List<String> names = unit.globals().stream().filter(Global::settable).map(Global::name).toList();
        return names.isEmpty() ? "; the probe has none" : "; there are " + String.join(", ", names);
    }
}
