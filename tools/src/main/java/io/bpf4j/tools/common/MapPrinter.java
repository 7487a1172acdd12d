package io.bpf4j.tools.common;

import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.EnumType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.StackId;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/**
 * Shows what is in a map: a histogram as a histogram, anything else as a table with a column for each field
 * of key and value.
 *
 * <p>A map of single numbers is sorted by them, the greatest first, any other by key. Per-CPU counters are
 * added up, field by field in a struct; other per-CPU values get a row for each CPU. Entries of an array
 * that are all zero are left out.
 */
public final class MapPrinter {

    /**
     * An entry as a session reads it.
     *
     * @param key its bytes from index 0, little-endian; empty for queues and stacks
     * @param values one, or one for each CPU of a per-CPU map
     */
    public record Entry(ByteBuffer key, List<ByteBuffer> values) {}

    private final MapSpec spec;
    private final boolean additive;
    private final StackNames stacks;
    private final ValueFormat values;

    /** Prepares for the entries of one map. */
    public MapPrinter(MapSpec spec, StackNames stacks) {
        this.spec = spec;
        this.stacks = stacks;
        values = new ValueFormat(stacks);
        additive = isCounter(spec.value());
    }

    /**
     * Prints a table under the map's name, or histograms that have the map's name as their unit; then an empty
     * line. A map without entries is said to be empty.
     */
    public void text(List<Entry> entries, Output output) {
        List<Entry> shown = prepare(entries);
        if (shown.isEmpty()) {
            output.text(spec.name()).text(": empty").line().line();
            return;
        }
        switch (spec.role()) {
            case MapRole.Log2Histogram log2 -> shown.forEach(entry -> {
                keyHeading(entry, output);
                HistogramPrinter.log2(spec.name(), buckets(entry), output);
                output.line();
            });
            case MapRole.LinearHistogram linear -> shown.forEach(entry -> {
                keyHeading(entry, output);
                HistogramPrinter.linear(spec.name(), linear, buckets(entry), output);
                output.line();
            });
            default -> {
                output.text(spec.name()).oneByte(':').line();
                if (isStack(spec.key())
                        || fields(spec.key()).stream().anyMatch(field -> isStack(field.type()))) {
                    stackBlocks(shown, output);
                } else {
                    table(shown).print(output);
                }
                output.line();
            }
        }
    }

    /**
     * Writes a line of JSON for each entry: the map's name, the key, and the value, or the values by CPU, or the
     * buckets of a histogram that have counts.
     */
    public void json(List<Entry> entries, JsonLines lines) {
        for (Entry entry : prepare(entries)) {
            lines.line(json -> {
                json.writeStringField("map", spec.name());
                if (hasKey()) {
                    json.writeFieldName("key");
                    values.json(entry.key(), 0, spec.key(), json);
                }
                if (spec.role() instanceof MapRole.Log2Histogram) {
                    HistogramPrinter.log2(buckets(entry), json);
                    return;
                }
                if (spec.role() instanceof MapRole.LinearHistogram linear) {
                    HistogramPrinter.linear(linear, buckets(entry), json);
                    return;
                }
                if (entry.values().size() == 1) {
                    json.writeFieldName("value");
                    values.json(entry.values().getFirst(), 0, spec.value(), json);
                    return;
                }
                json.writeArrayFieldStart("values");
                for (ByteBuffer value : entry.values()) {
                    values.json(value, 0, spec.value(), json);
                }
                json.writeEndArray();
            });
        }
    }

    /** Returns whether none of the entries would be shown. */
    public boolean isEmpty(List<Entry> entries) {
        return prepare(entries).isEmpty();
    }

    private List<Entry> prepare(List<Entry> entries) {
        boolean array = spec.kind() == MapKind.ARRAY || spec.kind() == MapKind.PERCPU_ARRAY;
        return entries.stream()
                .filter(entry -> !array || !entry.values().stream().allMatch(MapPrinter::isZero))
                .map(this::merge)
                .sorted(order())
                .toList();
    }

    private static boolean isZero(ByteBuffer bytes) {
        for (int i = 0; i < bytes.limit(); i++) {
            if (bytes.get(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private Entry merge(Entry entry) {
        if (!additive || entry.values().size() == 1) {
            return entry;
        }
        ByteBuffer sum = ByteBuffer.allocate(spec.value().size()).order(entry.values().getFirst().order());
        entry.values().forEach(value -> add(sum, value, 0, spec.value()));
        return new Entry(entry.key(), List.of(sum));
    }

    private static boolean isCounter(Type type) {
        return switch (type) {
            case IntType number -> number != IntType.BOOL && number != IntType.CHAR;
            case StructType struct -> struct.kind() == StructType.Kind.STRUCT
                    && struct.fields().stream().allMatch(field -> isCounter(field.type()));
            case ArrayType array -> isCounter(array.element());
            case EnumType constant -> false;
            case PointerType pointer -> false;
            case VoidType nothing -> false;
        };
    }

    private static void add(ByteBuffer sum, ByteBuffer value, int offset, Type type) {
        switch (type) {
            case StructType struct -> struct.fields()
                    .forEach(field -> add(sum, value, offset + field.offset(), field.type()));
            case ArrayType array -> {
                for (int i = 0; i < array.length(); i++) {
                    add(sum, value, offset + i * array.element().size(), array.element());
                }
            }
            default -> {
                long total = Values.number(sum, offset, type) + Values.number(value, offset, type);
                switch (type.size()) {
                    case Byte.BYTES -> sum.put(offset, (byte) total);
                    case Short.BYTES -> sum.putShort(offset, (short) total);
                    case Integer.BYTES -> sum.putInt(offset, (int) total);
                    default -> sum.putLong(offset, total);
                }
            }
        }
    }

    private Comparator<Entry> order() {
        Comparator<Entry> byKey = Values.isNumber(spec.key())
                ? (a, b) -> compare(a.key(), b.key(), spec.key())
                : spec.key() == VoidType.VOID
                        ? (a, b) -> 0
                        : Comparator.comparing(entry -> values.text(entry.key(), 0, spec.key()));
        boolean byValue = Values.isNumber(spec.value()) && (additive || !spec.kind().perCpu());
        if (!byValue || spec.key() == VoidType.VOID) {
            return byKey;
        }
        Comparator<Entry> greatestFirst = (a, b) -> compare(b.values().getFirst(), a.values().getFirst(),
                spec.value());
        return greatestFirst.thenComparing(byKey);
    }

    private static int compare(ByteBuffer a, ByteBuffer b, Type type) {
        long left = Values.number(a, 0, type);
        long right = Values.number(b, 0, type);
        return Values.isSigned(type) ? Long.compare(left, right) : Long.compareUnsigned(left, right);
    }

    /** A histogram without a key is the one element of an array. */
    private boolean hasKey() {
        return spec.key() != VoidType.VOID && (isPlain() || spec.maxEntries() > 1);
    }

    private boolean isPlain() {
        return spec.role() instanceof MapRole.Plain;
    }

    private void keyHeading(Entry entry, Output output) {
        if (hasKey()) {
            output.text(keyText(entry)).line();
        }
    }

    /** Returns the fields of a key by name, without stacks. */
    private String keyText(Entry entry) {
        StringJoiner text = new StringJoiner(", ");
        for (StructType.Field field : keyFields()) {
            if (!isStack(field.type())) {
                text.add(field.name() + " = " + values.text(entry.key(), field.offset(), field.type()));
            }
        }
        return TextTable.visible(text.toString());
    }

    private List<StructType.Field> keyFields() {
        return spec.key() instanceof StructType struct && struct.kind() == StructType.Kind.STRUCT
                ? struct.fields()
                : List.of(new StructType.Field("key", spec.key(), 0));
    }

    private static boolean isStack(Type type) {
        return type == IntType.USER_STACK || type == IntType.KERNEL_STACK;
    }

    private static List<StructType.Field> fields(Type type) {
        return type instanceof StructType struct ? struct.fields() : List.of();
    }

    /** The frames of each entry's stacks below each other, and below them the rest of the key and the value. */
    private void stackBlocks(List<Entry> entries, Output output) {
        String gap = "";
        for (Entry entry : entries) {
            output.text(gap);
            for (StructType.Field field : keyFields()) {
                if (field.type() instanceof IntType number && isStack(number)) {
                    stacks.frames(StackId.of(number, entry.key().getLong(field.offset())))
                            .forEach(frame -> output.text("    ").text(TextTable.visible(frame)).line());
                }
            }
            StringJoiner counted = new StringJoiner(" ");
            entry.values().forEach(value -> counted.add(values.text(value, 0, spec.value())));
            String who = keyText(entry);
            output.text("  ").text(who.isEmpty() ? "" : who + ": ").text(counted.toString()).line();
            gap = "\n";
        }
    }

    private long[] buckets(Entry entry) {
        ByteBuffer bytes = entry.values().getFirst();
        long[] buckets = new long[spec.value().size() / Long.BYTES];
        for (int i = 0; i < buckets.length; i++) {
            buckets[i] = bytes.getLong(i * Long.BYTES);
        }
        return buckets;
    }

    private TextTable table(List<Entry> entries) {
        boolean byCpu = entries.stream().anyMatch(entry -> entry.values().size() > 1);
        TextTable table = new TextTable();
        addColumns("key", spec.key(), table);
        if (byCpu) {
            table.column("CPU", true);
        }
        addColumns("value", spec.value(), table);
        for (Entry entry : entries) {
            for (int cpu = 0; cpu < entry.values().size(); cpu++) {
                List<String> row = new ArrayList<>();
                addCells(entry.key(), spec.key(), row);
                if (byCpu) {
                    row.add(Integer.toString(cpu));
                }
                addCells(entry.values().get(cpu), spec.value(), row);
                table.row(row);
            }
        }
        return table;
    }

    private static void addColumns(String name, Type type, TextTable table) {
        switch (type) {
            case VoidType nothing -> {
                return;
            }
            case StructType struct when struct.kind() == StructType.Kind.STRUCT -> struct.fields()
                    .forEach(field -> addColumn(field.name(), field.type(), table));
            default -> addColumn(name, type, table);
        }
    }

    private static void addColumn(String name, Type type, TextTable table) {
        table.column(name.toUpperCase(Locale.ROOT), Values.isNumber(type));
    }

    private void addCells(ByteBuffer bytes, Type type, List<String> row) {
        switch (type) {
            case VoidType nothing -> {
                return;
            }
            case StructType struct when struct.kind() == StructType.Kind.STRUCT -> struct.fields()
                    .forEach(field -> row.add(values.text(bytes, field.offset(), field.type())));
            default -> row.add(values.text(bytes, 0, type));
        }
    }
}
