package io.bpf4j.bench.compare.micro;

import io.bpf4j.bench.compare.result.Budget;
import io.bpf4j.bench.compare.result.Cell;
import io.bpf4j.bench.compare.result.Comparison;
import io.bpf4j.bench.compare.result.Estimate;
import io.bpf4j.bench.compare.result.Progress;
import io.bpf4j.tools.common.ExecutionMode;
import io.bpf4j.tools.common.Interrupts;
import io.bpf4j.tools.session.Machine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Measures what a probe adds to a call. All variants are attached at once, each to a function of its own, and measured
 * in turn, in a new order each round; ratios compare times of the same round.
 */
public final class MicroExperiment {

    /** The name on the command line. */
    public static final String NAME = "micro";

    private static final List<Integer> THREADS = List.of(1, 2, VictimCode.THREADS);
    /** Which of a round's batches counts: few are disturbed by nothing, and one alone would be luck. */
    private static final double LOW = 0.1;
    /** What a 256-byte event may take besides reading the time, in nanoseconds. */
    private static final double EVENT_LIMIT = 100;

    private final Machine machine;
    private final List<Variant> variants;
    private final int rounds;
    private final Progress progress;
    private final Interrupts interrupts;
    private final Map<Place, Series> measured = new LinkedHashMap<>();
    private final Random random = new Random();
    private final List<String> notes = new ArrayList<>();

    private record Place(Variant variant, int threads) {}

    /** What the rounds of a cell gave, in nanoseconds per call. */
    private static final class Series {
        private final List<Double> times = new ArrayList<>();
        private final Map<String, Long> counts = new TreeMap<>();

        void count(long calls, long events, long lost) {
            counts.merge("calls", calls, Long::sum);
            counts.merge("seen", events, Long::sum);
            counts.merge("lost", lost, Long::sum);
        }
    }

    /** Measures some modes for a number of rounds, the fewer if there is an interrupt. */
    public MicroExperiment(Machine machine, List<ExecutionMode> modes, int rounds, Progress progress,
            Interrupts interrupts) {
        this.machine = machine;
        this.variants = Variant.all(modes);
        this.rounds = rounds;
        this.progress = progress;
        this.interrupts = interrupts;
    }

    /** Runs it. */
    public Comparison run() throws IOException {
        Map<String, Start> functions = new LinkedHashMap<>();
        variants.stream().filter(variant -> variant != Variant.DETOUR)
                .forEach(variant -> functions.put(variant.function(), variant.start()));
        try (Victim victim = new Victim(VictimCode.assemble(functions, Variant.DETOUR.function()));
                Probes user = new Probes(machine, victim, ExecutionMode.USER, variants);
                Probes kernel = new Probes(machine, victim, ExecutionMode.KERNEL, variants)) {
            progress.begin();
            for (int round = -1; round < rounds && !interrupts.isRequested(); round++) {
                round(round, victim, Map.of(ExecutionMode.USER, user, ExecutionMode.KERNEL, kernel));
            }
        } finally {
            progress.end();
        }
        return comparison();
    }

    /** Measures each cell once; round -1 is for warming up. */
    private void round(int round, Victim victim, Map<ExecutionMode, Probes> probes) {
        List<Place> places = new ArrayList<>();
        THREADS.forEach(threads -> variants.forEach(variant -> places.add(new Place(variant, threads))));
        Collections.shuffle(places, random);
        for (int i = 0; i < places.size() && !interrupts.isRequested(); i++) {
            Place place = places.get(i);
            progress.at((round + 1 + (double) i / places.size()) / (rounds + 1),
                    place.variant().mode() + " " + place.variant().label());
            Series series = round < 0
                    ? new Series()
                    : measured.computeIfAbsent(place, key -> new Series());
            measure(place, victim, probes, series);
        }
    }

    private static void measure(Place place, Victim victim, Map<ExecutionMode, Probes> probes,
            Series series) {
        Variant variant = place.variant();
        int batches = variant.batches(place.threads());
        int calls = variant.calls();
        Supplier<List<double[]>> work = () -> victim.measure(variant.function(), place.threads(), batches,
                calls);
        Optional<Probes> own = variant.probe().map(probed -> probes.get(probed.mode()));
        List<double[]> times;
        if (variant.isEvent()) {
            Probes.Collected collected = own.orElseThrow().collect(work);
            times = collected.times();
            series.count((long) place.threads() * batches * calls, collected.events(), collected.lost());
        } else if (variant.isCount()) {
            long before = own.orElseThrow().counted(variant.function());
            times = work.get();
            series.count((long) place.threads() * batches * calls,
                    own.orElseThrow().counted(variant.function()) - before, 0);
        } else {
            times = work.get();
        }
        series.times.add(
                times.stream().mapToDouble(one -> Estimate.quantile(one, LOW)).average().orElseThrow());
    }

    private Comparison comparison() {
        List<Cell> cells = new ArrayList<>();
        THREADS.forEach(threads -> variants.stream().map(variant -> new Place(variant, threads))
                .filter(measured::containsKey).forEach(place -> cells.add(cell(place))));
        notes.add("times are per call, with the call: the 10th percentile of a round's batches, then the "
                + "median of the rounds; in brackets the 95 % interval of that median");
        notes.add("ratios compare with the detour of the same round and number of threads");
        notes.add("the victim keeps thread ids where glibc does, so that user mode needs no system call");
        notes.add(
                "events carry the time; those above 16 bytes are filled by read_user; a reader drains them");
        eventBudget().ifPresent(notes::add);
        return new Comparison(NAME, "what a probe costs per call", "ns/call", "x detour", "threads",
                Comparison.Plot.VALUES, notes, cells);
    }

    private Cell cell(Place place) {
        Series series = measured.get(place);
        Series floor = measured.getOrDefault(new Place(Variant.DETOUR, place.threads()), new Series());
        int common = Math.min(series.times.size(), floor.times.size());
        Optional<Estimate> ratio = place.variant() == Variant.DETOUR || common == 0
                ? Optional.empty()
                : Optional.of(Estimate.of(IntStream.range(0, common)
                        .mapToDouble(i -> series.times.get(i) / floor.times.get(i)).toArray()));
        Optional<Budget> budget = place.variant().probe()
                .filter(probed -> probed.mode() == ExecutionMode.USER)
                .flatMap(probed -> probed.work().budget());
        return new Cell(place.variant().label(), place.variant().mode(), Integer.toString(place.threads()),
                List.copyOf(series.times), estimate(series), ratio, budget, series.counts, "",
                problems(series.counts));
    }

    private static Estimate estimate(Series series) {
        return Estimate.of(series.times.stream().mapToDouble(Double::doubleValue).toArray());
    }

    private static List<String> problems(Map<String, Long> counts) {
        long missing = counts.getOrDefault("calls", 0L) - counts.getOrDefault("seen", 0L);
        return missing == 0 ? List.of() : List.of(missing + " of " + counts.get("calls") + " calls not seen");
    }

    /** The budget of the event that is in nanoseconds, and not relative to the detour. */
    private Optional<String> eventBudget() {
        List<Variant> events = variants.stream().filter(variant -> variant.probe()
                .filter(new Variant.Probed(ExecutionMode.USER, Work.EVENT_256)::equals).isPresent()).toList();
        if (events.isEmpty() || !measured.containsKey(new Place(events.getFirst(), 1))
                || !measured.containsKey(new Place(Variant.STAMP, 1))) {
            return Optional.empty();
        }
        double event = estimate(measured.get(new Place(events.getFirst(), 1))).median();
        double stamp = estimate(measured.get(new Place(Variant.STAMP, 1))).median()
                - estimate(measured.get(new Place(Variant.BARE, 1))).median();
        return Optional.of(String.format(Locale.ROOT,
                "user mode, event of 256 bytes: %.1f ns, of which one rdtsc %.1f ns; budget %.0f ns + one rdtsc: %s",
                event, stamp, EVENT_LIMIT, event <= EVENT_LIMIT + stamp ? "met" : "missed"));
    }
}
