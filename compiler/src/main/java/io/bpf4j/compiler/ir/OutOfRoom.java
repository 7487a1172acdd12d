package io.bpf4j.compiler.ir;

import io.bpf4j.compiler.source.CompileException;
import io.bpf4j.compiler.source.Diagnostic;
import io.bpf4j.compiler.source.Severity;
import io.bpf4j.compiler.source.Span;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Says which variables take the room where a correct program's do not fit the memory that there is for them. */
public final class OutOfRoom {
    /** How many variables are worth naming. */
    private static final int NAMED = 4;
    private static final Comparator<Taker> ORDER = Comparator.comparing((Taker taker) -> !taker.variable())
            .thenComparingInt(taker -> taker.at().line()).thenComparingInt(taker -> taker.at().column());

    private OutOfRoom() {}

    /** Who takes room: a variable of a function that became part of its caller does so at each call. */
    private record Taker(String name, boolean variable, Span at) {}

    /**
     * Returns the error at the largest variable, with the next largest as notes.
     *
     * @param owner whose variables they are
     * @param needed bytes
     * @param limit bytes that there are
     * @param memory what there is not enough of
     * @param slots what takes the room, at least one
     */
    public static CompileException error(String owner, int needed, int limit, String memory,
            Collection<Slot> slots) {
        Map<Taker, Integer> sizes = new LinkedHashMap<>();
        for (Slot slot : slots) {
            sizes.merge(new Taker(slot.name(), slot.isVariable(), slot.at()), slot.size(), Integer::sum);
        }
        List<Diagnostic.Note> largest = sizes.entrySet().stream()
                .sorted(Map.Entry.<Taker, Integer>comparingByValue().reversed()
                        .thenComparing(Map.Entry::getKey, ORDER))
                .limit(NAMED)
                .map(entry -> note(entry.getKey(), entry.getValue())).toList();
        Diagnostic.Note first = largest.getFirst();
        return new CompileException(List.of(new Diagnostic(Severity.ERROR, first.at(), "too-large",
                first.text() + "; " + owner + " needs " + needed + " bytes of " + memory + ", but there are "
                        + limit,
                largest.subList(1, largest.size()),
                List.of("make it smaller, or keep it in a map"))));
    }

    private static Diagnostic.Note note(Taker taker, int size) {
        String text = taker.variable()
                ? "'" + taker.name() + "' takes " + size + " bytes"
                : size + " bytes are taken by " + taker.name();
        return new Diagnostic.Note(text, taker.at());
    }
}
