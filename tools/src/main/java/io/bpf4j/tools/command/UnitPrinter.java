package io.bpf4j.tools.command;

import io.bpf4j.loader.EventHandler;
import io.bpf4j.loader.Loss;
import io.bpf4j.loader.Session;
import io.bpf4j.loader.SessionMap;
import io.bpf4j.tools.common.FormatString;
import io.bpf4j.tools.common.Interrupts;
import io.bpf4j.tools.common.JsonLines;
import io.bpf4j.tools.common.MapPrinter;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.StackNames;
import io.bpf4j.tools.common.ValueFormat;
import io.bpf4j.vm.program.LossCounter;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.OutputSite;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Shows what a unit reports while it runs, and its maps at the end. */
final class UnitPrinter implements EventHandler {
    private final Session session;
    private final StackNames stacks;
    private final ValueFormat values;
    private final Output output;
    private final boolean json;
    private final JsonLines lines;
    private final Interrupts interrupts;
    private final Map<Integer, OutputSite> sites = new HashMap<>();
    private final Map<Integer, FormatString> formats = new HashMap<>();
    private final Map<String, Type> records = new HashMap<>();
    private final Map<LossCounter, Long> warned = new HashMap<>();
    /** To be shown, and cleared in the same moment if that is what the program asks for next. */
    private SessionMap pending;

    UnitPrinter(Session session, StackNames stacks, Output output, boolean json, Interrupts interrupts) {
        this.session = session;
        this.stacks = stacks;
        this.values = new ValueFormat(stacks);
        this.output = output;
        this.json = json;
        this.lines = new JsonLines(output);
        this.interrupts = interrupts;
        for (OutputSite site : session.unit().outputs()) {
            sites.put(site.id(), site);
            if (site instanceof OutputSite.Print print) {
                formats.put(site.id(), FormatString.compile(print));
            }
        }
        for (MapSpec map : session.unit().maps()) {
            if (map.role() instanceof MapRole.Events events) {
                records.put(map.name(), events.record());
            }
        }
    }

    @Override
    public void accept(String map, ByteBuffer data, int offset, int length) {
        Type record = records.get(map);
        if (record != null) {
            showPending();
            if (record == VoidType.VOID || length < record.size()) {
                bytes(map, data, offset, length);
            } else {
                event(map, data, offset, record);
            }
        } else {
            output(data.slice(offset, length).order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    private void event(String map, ByteBuffer data, int offset, Type record) {
        if (json) {
            lines.line(fields -> {
                fields.writeStringField("event", map);
                fields.writeFieldName("data");
                values.json(data, offset, record, fields);
            });
        } else {
            output.text(map).text(": ").text(values.text(data, offset, record)).line();
        }
    }

    /** Shows a record of which nobody knows the type. */
    private void bytes(String map, ByteBuffer data, int offset, int length) {
        byte[] bytes = new byte[length];
        data.get(offset, bytes);
        String text = HexFormat.of().formatHex(bytes);
        if (json) {
            lines.line(fields -> {
                fields.writeStringField("event", map);
                fields.writeStringField("data", text);
            });
        } else {
            output.text(map).text(": ").text(text).line();
        }
    }

    private void output(ByteBuffer record) {
        OutputSite site = sites.get(record.getInt(0));
        if (pending != null && site instanceof OutputSite.ClearMap clear
                && clear.map().equals(pending.spec().name())) {
            show(pending.spec(), entries(pending, pending::drain));
            pending = null;
            return;
        }
        showPending();
        switch (site) {
            case OutputSite.Print print -> print(print, record);
            case OutputSite.ShowMap show -> pending = session.map(show.map());
            case OutputSite.ClearMap clear -> session.map(clear.map()).clear();
            case OutputSite.Exit exit -> interrupts.request();
        }
    }

    private void print(OutputSite.Print site, ByteBuffer record) {
        if (!json) {
            formats.get(site.id()).write(record, output);
            return;
        }
        lines.line(fields -> {
            fields.writeStringField("printf", site.format().stripTrailing());
            fields.writeArrayFieldStart("arguments");
            for (var field : site.record().fields().subList(1, site.record().fields().size())) {
                values.json(record, field.offset(), field.type(), fields);
            }
            fields.writeEndArray();
        });
    }

    /** Shows the map that the last record asked for; the next record might have asked to clear it too. */
    void showPending() {
        if (pending != null) {
            show(pending.spec(), entries(pending, pending::forEach));
            pending = null;
        }
    }

    private static List<MapPrinter.Entry> entries(SessionMap map, Consumer<SessionMap.EntryHandler> reader) {
        List<MapPrinter.Entry> entries = new ArrayList<>();
        reader.accept((key, value) -> entries.add(entry(map, key, value)));
        return entries;
    }

    private void show(MapSpec map, List<MapPrinter.Entry> entries) {
        MapPrinter printer = new MapPrinter(map, stacks);
        if (json) {
            printer.json(entries, lines);
        } else {
            printer.text(entries, output);
        }
    }

    private static MapPrinter.Entry entry(SessionMap map, ByteBuffer key, ByteBuffer value) {
        List<ByteBuffer> values = new ArrayList<>();
        for (int i = 0; i < map.values(); i++) {
            values.add(copy(value, i * map.stride(), map.spec().valueSize()));
        }
        return new MapPrinter.Entry(copy(key, 0, map.spec().keySize()), values);
    }

    private static ByteBuffer copy(ByteBuffer source, int offset, int length) {
        byte[] bytes = new byte[length];
        source.get(offset, bytes);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Shows the author's maps that have entries, and the losses. */
    void summary() {
        for (MapSpec spec : session.unit().maps()) {
            boolean plain = switch (spec.role()) {
                case MapRole.Plain role -> spec.kind().hasEntries();
                case MapRole.Log2Histogram histogram -> true;
                case MapRole.LinearHistogram histogram -> true;
                default -> false;
            };
            if (plain) {
                SessionMap map = session.map(spec.name());
                List<MapPrinter.Entry> entries = entries(map, map::forEach);
                if (!new MapPrinter(spec, stacks).isEmpty(entries)) {
                    show(spec, entries);
                }
            }
        }
        warnOfLosses();
    }

    /** Says on standard error which losses have grown since they were last said. */
    void warnOfLosses() {
        for (Loss loss : session.losses()) {
            Long before = warned.put(loss.counter(), loss.count());
            if (before == null || before != loss.count()) {
                System.err.println("warning: " + describe(loss));
            }
        }
    }

    private static String describe(Loss loss) {
        LossCounter counter = loss.counter();
        return switch (counter.kind()) {
            case LOST -> loss.count() + " events of " + counter.program() + " were lost: " + counter.subject()
                    + " is full";
            case MAP_FULL -> loss.count() + " entries of " + counter.program() + " found no room in "
                    + counter.subject();
            case MISSED -> loss.count() + " runs of " + counter.program() + " were skipped";
        };
    }
}
