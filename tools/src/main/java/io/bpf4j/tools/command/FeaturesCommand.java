package io.bpf4j.tools.command;

import io.bpf4j.loader.feature.Feature;
import io.bpf4j.loader.feature.Support;
import io.bpf4j.tools.common.CommonOptions;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.JsonLines;
import io.bpf4j.tools.common.Output;
import io.bpf4j.tools.common.TextTable;
import io.bpf4j.tools.session.Machine;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code bpf4j features}: what the running kernel can do for this user, found out by trying. */
@Command(name = "features", mixinStandardHelpOptions = true,
        description = "Shows what the running kernel can do for this user, and why not.",
        footerHeading = "%nExamples:%n", footer = {"  bpf4j features", "  bpf4j features --format json"})
public final class FeaturesCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Override
    public Integer call() {
        try (Machine machine = new Machine(); Output output = common.open()) {
            if (common.json()) {
                json(machine, new JsonLines(output));
            } else {
                text(machine, output);
            }
        }
        return ExitCode.OK.number();
    }

    private static void text(Machine machine, Output output) {
        TextTable table = new TextTable();
        table.column("FEATURE", false);
        table.column("HERE", false);
        table.column("SINCE", false);
        table.column("GOOD FOR", false);
        table.column("WHY NOT", false);
        for (Feature feature : Feature.values()) {
            Support support = machine.features().support(feature);
            table.row(List.of(feature.title(), support.available() ? "yes" : word(support), feature.since(),
                    feature.purpose(), support.available() ? "" : support.explanation()));
        }
        table.print(output);
    }

    private static String word(Support support) {
        return support.state().name().toLowerCase(Locale.ROOT);
    }

    private static void json(Machine machine, JsonLines lines) {
        for (Feature feature : Feature.values()) {
            Support support = machine.features().support(feature);
            lines.line(fields -> {
                fields.writeStringField("feature", feature.name().toLowerCase(Locale.ROOT));
                fields.writeStringField("title", feature.title());
                fields.writeBooleanField("available", support.available());
                fields.writeStringField("since", feature.since());
                if (!support.available()) {
                    fields.writeStringField("reason", support.explanation());
                }
            });
        }
    }
}
