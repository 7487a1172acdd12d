package io.bpf4j.bench.compare;

import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.TextTable;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code bench list}: the experiments of {@code bench compare}. */
@Command(name = "list", mixinStandardHelpOptions = true,
        description = "Lists the experiments of bench compare.")
public final class ListCommand implements Runnable {

    @Override
    public void run() {
        TextTable table = new TextTable();
        table.column("experiment", false);
        table.column("about", false);
        for (ExperimentName name : ExperimentName.values()) {
            table.row(List.of(name.label(), name.description()));
        }
        try (Output output = Output.standard()) {
            table.print(output);
        }
    }
}
