package io.bpf4j.bench.compare;

import io.bpf4j.bench.compare.micro.MicroExperiment;
import io.bpf4j.bench.compare.nginx.NginxExperiment;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The experiments that there are. */
enum ExperimentName {
    MICRO(MicroExperiment.NAME, "what a probe costs per call; needs nothing to be installed"),
    SSL_NGINX(NginxExperiment.NAME, "what jsslsniff costs nginx under load; needs nginx, wrk and openssl");

    /** The name for all of them. */
    static final String ALL = "all";

    private final String label;
    private final String description;

    ExperimentName(String label, String description) {
        this.label = label;
        this.description = description;
    }

    /** Returns the name on the command line. */
    String label() {
        return label;
    }

    /** Returns what it is about. */
    String description() {
        return description;
    }

    /** The names, for the help. */
    static final class Candidates implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            List<String> names = new ArrayList<>(Stream.of(values()).map(ExperimentName::label).toList());
            names.add(ALL);
            return names.iterator();
        }
    }

    /** Reads a name: one, or all. */
    static final class Converter implements ITypeConverter<List<ExperimentName>> {
        @Override
        public List<ExperimentName> convert(String text) {
            if (text.equals(ALL)) {
                return List.of(values());
            }
            return List.of(Stream.of(values()).filter(name -> name.label.equals(text)).findFirst()
                    .orElseThrow(() -> new TypeConversionException("there is no experiment " + text
                            + "; there are " + String.join(", ", new Candidates()))));
        }
    }
}
