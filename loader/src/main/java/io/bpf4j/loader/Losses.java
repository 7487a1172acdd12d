package io.bpf4j.loader;

import io.bpf4j.vm.program.LossCounter;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.ProgramUnit;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.ToLongFunction;

/** Reads what a unit's programs have counted of what they lost. */
public final class Losses {

    private Losses() {}

    /**
     * Adds up each counter of a unit; those that are zero are left out.
     *
     * @param maps all maps of the unit
     * @param elsewhere what somebody else has counted for a counter
     */
    public static List<Loss> of(ProgramUnit unit, Collection<? extends SessionMap> maps,
            ToLongFunction<LossCounter> elsewhere) {
        List<Loss> losses = new ArrayList<>();
        for (LossCounter counter : unit.losses()) {
            long count = counted(counter, maps) + elsewhere.applyAsLong(counter);
            if (count != 0) {
                losses.add(new Loss(counter, count));
            }
        }
        return losses;
    }

    private static long counted(LossCounter counter, Collection<? extends SessionMap> maps) {
        SessionMap statistics = maps.stream().filter(map -> map.spec().role() instanceof MapRole.Statistics)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("a unit with loss counters has a map for them"));
        byte[] key = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(counter.index())
                .array();
        ByteBuffer values = ByteBuffer.wrap(statistics.lookup(key).orElse(new byte[0]))
                .order(ByteOrder.LITTLE_ENDIAN);
        long sum = 0;
        while (values.remaining() >= Long.BYTES) {
            sum += values.getLong();
        }
        return sum;
    }
}
