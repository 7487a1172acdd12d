package io.bpf4j.vm.object;

import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;

/** The section of each program, from which libbpf takes type and place (tools/lib/bpf/libbpf.c, section_defs). */
final class SectionNames {

    private SectionNames() {}

    /** Names the place as well where libbpf's syntax has it, else the type alone. */
    static String of(Program program) {
        String type = program.type().section();
        return switch (program.type()) {
            case KPROBE -> probe(program.attach());
            case TRACEPOINT -> program.attach() instanceof AttachSpec.Tracepoint point
                    ? type + "/" + point.category() + "/" + point.name()
                    : type;
            case RAW_TRACEPOINT -> program.attach() instanceof AttachSpec.RawTracepoint point
                    ? type + "/" + point.name()
                    : type;
            case TRACING -> switch (program.attach()) {
                case AttachSpec.Fentry function ->
                    (function.atExit() ? "fexit/" : "fentry/") + function.function();
                case AttachSpec.RawTracepoint point -> "tp_btf/" + point.name();
                default -> type;
            };
            default -> type;
        };
    }

    private static String probe(AttachSpec attach) {
        return switch (attach) {
            case AttachSpec.Kprobe kprobe ->
                (kprobe.atReturn() ? "kretprobe/" : "kprobe/") + kprobe.function()
                        + (kprobe.offset() == 0 ? "" : "+" + kprobe.offset());
            case AttachSpec.Uprobe uprobe -> uprobe(uprobe);
            default -> "uprobe";
        };
    }

    private static String uprobe(AttachSpec.Uprobe uprobe) {
        boolean atReturn = uprobe.site() == AttachSpec.Uprobe.Site.RETURN;
        String type = atReturn ? "uretprobe" : "uprobe";
        // A short library name, a pattern, or another language's symbol means nothing to libbpf.
        boolean fits = uprobe.site() != AttachSpec.Uprobe.Site.GO_RETURN && uprobe.path().matches("/[^:]+")
                && uprobe.symbol().matches("[a-zA-Z0-9_.]+") && (uprobe.offset() == 0 || !atReturn);
        if (!fits) {
            return type;
        }
        return type + "/" + uprobe.path() + ":" + uprobe.symbol()
                + (uprobe.offset() == 0 ? "" : "+" + uprobe.offset());
    }
}
