package io.bpf4j.tools.sslsniff;

import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.type.EnumType;
import io.bpf4j.vm.type.StructType;
import java.util.List;

/** Where the fields of the probe's {@code struct event} are: asked of the unit, declared in the probe only. */
final class CallLayout {
    private final StructType record;
    final int start;
    final int end;
    final int connection;
    final int length;
    final int pid;
    final int tid;
    final int uid;
    final int symbol;
    final int direction;
    final int offset;
    final int captured;
    final int last;
    final int comm;
    final int commSize;
    final int data;
    /** By the number that the record holds. */
    final List<String> symbols;
    /** By the number that the record holds. */
    final List<Direction> directions;

    /** Reads the layout of a unit's only ring. */
    CallLayout(ProgramUnit unit) {
        record = unit.maps().stream().filter(map -> map.role() instanceof MapRole.Events).findFirst()
                .map(map -> (StructType) ((MapRole.Events) map.role()).record()).orElseThrow();
        start = offset("start_ns");
        end = offset("end_ns");
        connection = offset("connection");
        length = offset("length");
        pid = offset("pid");
        tid = offset("tid");
        uid = offset("uid");
        symbol = offset("symbol");
        direction = offset("direction");
        offset = offset("offset");
        captured = offset("captured");
        last = offset("last");
        comm = offset("comm");
        commSize = field("comm").type().size();
        data = offset("data");
        symbols = names("symbol");
        directions = names("direction").stream().map(Direction::valueOf).toList();
    }

    private StructType.Field field(String name) {
        return record.field(name).orElseThrow();
    }

    private int offset(String name) {
        return field(name).offset();
    }

    private List<String> names(String name) {
        return ((EnumType) field(name).type()).constants().stream().map(EnumType.Constant::name).toList();
    }
}
