package io.bpf4j.bench.compare.nginx;

import io.bpf4j.bench.compare.result.Budget;
import io.bpf4j.bench.compare.result.Cell;
import io.bpf4j.bench.compare.result.Comparison;
import io.bpf4j.bench.compare.result.Estimate;
import io.bpf4j.bench.compare.result.Progress;
import io.bpf4j.tools.common.ExecutionMode;
import io.bpf4j.tools.common.Interrupts;
import io.bpf4j.tools.session.Machine;
import io.bpf4j.tools.sslsniff.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Measures what jsslsniff costs nginx. During one run of the load generator the tool is attached and detached in turn,
 * and each window is compared with the bare windows before and after it: plain runs, one with and one without, differ
 * by more than the effect on most machines.
 */
public final class NginxExperiment {

    /** The name on the command line. */
    public static final String NAME = "ssl-nginx";

    private static final long WINDOW = 400;
    /** Rounds at each size that do not count: Java has not compiled itself then. */
    private static final int WARM_UP = 2;
    /** After attaching and detaching, and at the start, before anything counts; in milliseconds. */
    private static final long SETTLE = 100;
    private static final long START = 1000;
    private static final Budget FEWER_REQUESTS = new Budget(5, "5 % fewer");

    private final Machine machine;
    private final List<Optional<ExecutionMode>> ways = new ArrayList<>();
    private final List<Size> sizes;
    private final int rounds;
    private final Progress progress;
    private final Interrupts interrupts;

    /** Measures some modes, each in a number of windows, the fewer if there is an interrupt. */
    public NginxExperiment(Machine machine, List<ExecutionMode> modes, boolean full, int rounds,
            Progress progress, Interrupts interrupts) {
        this.machine = machine;
        this.sizes = Size.chosen(full);
        this.rounds = rounds;
        this.progress = progress;
        this.interrupts = interrupts;
        ways.add(Optional.empty());
        modes.stream().distinct().sorted(Comparator.reverseOrder()).map(Optional::of).forEach(ways::add);
    }

    /**
     * Runs it.
     *
     * @return requests per second, and the server's processor time per request
     * @throws io.bpf4j.tools.common.UserError if a program is not installed
     */
    public List<Comparison> run() throws IOException, InterruptedException {
        Commands.require("nginx", "wrk", "openssl");
        Path folder = Files.createTempDirectory("bench-nginx");
        List<Series> all = new ArrayList<>();
        try {
            Commands.run(folder, "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                    "k.pem", "-out", "c.pem", "-days", "2", "-subj", "/CN=localhost");
            for (Size size : sizes) {
                Files.write(folder.resolve(size.label()), new byte[size.bytes()]);
            }
            progress.begin();
            for (int i = 0; i < sizes.size() && !interrupts.isRequested(); i++) {
                all.addAll(measure(sizes.get(i), i, folder));
            }
        } finally {
            progress.end();
            delete(folder);
        }
        return List.of(rates(all), costs(all));
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private List<Series> measure(Size size, int place, Path folder) throws IOException, InterruptedException {
        List<Series> all = ways.stream().map(way -> new Series(size, way)).toList();
        try (Server server = new Server(folder)) {
            Load load = new Load(server.url(size.label()), folder);
            Optional<String> errors;
            try {
                TimeUnit.MILLISECONDS.sleep(START);
                for (int round = -WARM_UP; round < rounds && !interrupts.isRequested(); round++) {
                    for (Series series : all) {
                        progress.at((place + (round + (double) WARM_UP) / (rounds + WARM_UP)) / sizes.size(),
                                size.label() + " " + series.mode());
                        window(server, round < 0 ? new Series(size, series.way()) : series);
                    }
                }
            } finally {
                errors = load.stop();
            }
            errors.ifPresent(text -> all.forEach(series -> series.fail(text)));
        }
        return all;
    }

    /** Measures one window between two bare ones. */
    private void window(Server server, Series series) throws InterruptedException {
        Window before = Window.watch(server, WINDOW);
        Calls calls = new Calls();
        Window window;
        long lost = 0;
        if (series.way().isPresent()) {
            Watch watch = new Watch(machine, server.worker(), series.way().get(), calls::add);
            try (watch) {
                TimeUnit.MILLISECONDS.sleep(SETTLE);
                window = Window.watch(server, WINDOW);
            }
            lost = watch.losses();
        } else {
            TimeUnit.MILLISECONDS.sleep(SETTLE);
            window = Window.watch(server, WINDOW);
        }
        TimeUnit.MILLISECONDS.sleep(SETTLE);
        Window after = Window.watch(server, WINDOW);
        series.add(before, window, after, calls.between(window.from(), window.to()), lost);
    }

    private Comparison rates(List<Series> all) {
        List<String> notes = List.of(
                "one nginx worker on CPU 0, wrk -t1 -c64 and the rest of the machine on CPU 1; TLS over loopback",
                "the tool is attached and detached in turn during one load run; each window of " + WINDOW
                        + " ms is compared with the bare ones before and after it; \"none\" is a window in "
                        + "which nothing was attached, and shows what the method itself sees",
                "published: the bpftime evaluation, on 8 cores of a bare machine",
                "a cell is invalid if events were lost, or were not as many as requests, or wrk had errors");
        return new Comparison(NAME, "requests that nginx loses to jsslsniff, over TLS", "requests/s",
                "% fewer", "size", Comparison.Plot.RELATIVE, notes, all.stream().filter(Series::isMeasured)
                        .map(series -> series.cell(series.rates(), series.drops(),
                                series.mode().equals("user")
                                        ? Optional.of(FEWER_REQUESTS)
                                        : Optional.empty(),
                                series.published()))
                        .toList());
    }

    private Comparison costs(List<Series> all) {
        return new Comparison(NAME + "-cpu", "processor time that nginx takes for a request", "us/request",
                "% more", "size", Comparison.Plot.RELATIVE,
                List.of("from the same windows: it does not depend on how fast the load generator is"),
                all.stream().filter(Series::isMeasured)
                        .map(series -> series.cell(series.costs(), series.increases(), Optional.empty(), ""))
                        .toList());
    }

    /** What the windows of one way at one size gave. */
    private static final class Series {
        private final Size size;
        private final Optional<ExecutionMode> way;
        private final List<Double> rates = new ArrayList<>();
        private final List<Double> drops = new ArrayList<>();
        private final List<Double> costs = new ArrayList<>();
        private final List<Double> increases = new ArrayList<>();
        private final Completeness completeness = new Completeness();

        Series(Size size, Optional<ExecutionMode> way) {
            this.size = size;
            this.way = way;
        }

        Optional<ExecutionMode> way() {
            return way;
        }

        String mode() {
            return way.map(ExecutionMode::toString).orElse("none");
        }

        boolean isMeasured() {
            return !rates.isEmpty();
        }

        List<Double> rates() {
            return rates;
        }

        List<Double> drops() {
            return drops;
        }

        List<Double> costs() {
            return costs;
        }

        List<Double> increases() {
            return increases;
        }

        void fail(String problem) {
            completeness.fail(problem);
        }

        void add(Window before, Window window, Window after, long events, long lost) {
            rates.add(window.rate());
            drops.add(100 * (1 - window.rate() * 2 / (before.rate() + after.rate())));
            costs.add(window.cost());
            increases.add(100 * (window.cost() * 2 / (before.cost() + after.cost()) - 1));
            if (way.isPresent()) {
                completeness.add(window.requests(), events, lost);
            }
        }

        String published() {
            return way.map(mode -> Published.drop(mode, size)).orElse("");
        }

        Cell cell(List<Double> values, List<Double> relative, Optional<Budget> budget, String published) {
            return new Cell(way.isPresent() ? "jsslsniff" : "nothing attached", mode(), size.label(),
                    List.copyOf(values), Estimate.of(array(values)),
                    Optional.of(Estimate.of(array(relative))),
                    budget, completeness.counts(), published, completeness.problems());
        }

        private static double[] array(List<Double> values) {
            return values.stream().mapToDouble(Double::doubleValue).toArray();
        }
    }
}
