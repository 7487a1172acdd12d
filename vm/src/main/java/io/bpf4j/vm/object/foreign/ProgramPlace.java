package io.bpf4j.vm.object.foreign;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.AttachSpec.Uprobe.Site;
import io.bpf4j.vm.program.LoadTraits;
import java.util.Optional;

/** A program's type and place as the name of its section says them. */
record ProgramPlace(ProgramType type, AttachSpec attach, LoadTraits traits) {
    /** Marks programs that are left out unless asked for. */
    private static final char ON_DEMAND = '?';

    /** Reads a section's name; empty if it says no type. */
    static Optional<ProgramPlace> of(String sectionName) {
        boolean onDemand = !sectionName.isEmpty() && sectionName.charAt(0) == ON_DEMAND;
        String section = onDemand ? sectionName.substring(1) : sectionName;
        return SectionKind.of(section).map(kind -> {
            int end = kind.prefix().length();
            String rest = section.startsWith(kind.prefix() + "/") ? section.substring(end + 1) : "";
            AttachSpec attach = rest.isEmpty() ? without(kind, section) : at(kind, rest, section);
            return new ProgramPlace(kind.type(), attach,
                    new LoadTraits(kind.attachType(), typed(kind, rest), kind.sleepable(), onDemand));
        });
    }

    private static AttachSpec without(SectionKind kind, String section) {
        return kind.type() == ProgramType.SYSCALL ? new AttachSpec.Manual() : new AttachSpec.Other(section);
    }

    private static AttachSpec at(SectionKind kind, String rest, String section) {
        AttachSpec spec = switch (kind.word()) {
            case "kprobe" -> kernelProbe(rest, false);
            case "kretprobe" -> kernelProbe(rest, true);
            case "ksyscall" -> new AttachSpec.Kprobe("__x64_sys_" + rest, 0, false);
            case "kretsyscall" -> new AttachSpec.Kprobe("__x64_sys_" + rest, 0, true);
            case "uprobe", "uprobe.multi" -> userProbe(rest, Site.ENTRY);
            case "uretprobe", "uretprobe.multi" -> userProbe(rest, Site.RETURN);
            case "usdt" -> marker(rest);
            case "tracepoint", "tp" -> tracepoint(rest);
            case "raw_tracepoint", "raw_tp", "raw_tracepoint.w", "raw_tp.w", "tp_btf" ->
                new AttachSpec.RawTracepoint(rest);
            case "fentry" -> new AttachSpec.Fentry(rest, false);
            case "fexit" -> new AttachSpec.Fentry(rest, true);
            default -> null;
        };
        return spec == null ? without(kind, section) : spec;
    }

    private static AttachSpec kernelProbe(String rest, boolean atReturn) {
        int plus = rest.indexOf('+');
        Long offset = plus < 0 ? Long.valueOf(0) : number(rest.substring(plus + 1));
        return offset == null
                ? null
                : new AttachSpec.Kprobe(plus < 0 ? rest : rest.substring(0, plus), offset, atReturn);
    }

    private static AttachSpec userProbe(String rest, Site site) {
        int colon = rest.lastIndexOf(':');
        if (colon <= 0) {
            return null;
        }
        String symbol = rest.substring(colon + 1);
        int plus = symbol.indexOf('+');
        Long alone = number(symbol);
        if (alone != null) {
            return new AttachSpec.Uprobe(rest.substring(0, colon), "", alone, site);
        }
        Long offset = plus < 0 ? Long.valueOf(0) : number(symbol.substring(plus + 1));
        return offset == null || symbol.isEmpty()
                ? null
                : new AttachSpec.Uprobe(rest.substring(0, colon),
                        plus < 0 ? symbol : symbol.substring(0, plus),
                        offset, site);
    }

    private static AttachSpec marker(String rest) {
        String[] parts = rest.split(":", -1);
        return parts.length == 3 ? new AttachSpec.Usdt(parts[0], parts[1], parts[2]) : null;
    }

    private static AttachSpec tracepoint(String rest) {
        int slash = rest.indexOf('/');
        return slash <= 0
                ? null
                : new AttachSpec.Tracepoint(rest.substring(0, slash), rest.substring(slash + 1));
    }

    private static Long number(String text) {
        try {
            return text.startsWith("0x") ? Long.parseLong(text.substring(2), 16) : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** The name by which the kernel's types know what the program is for. */
    private static String typed(SectionKind kind, String rest) {
        if (rest.isEmpty()) {
            return "";
        }
        return switch (kind.word()) {
            case "tp_btf" -> "btf_trace_" + rest;
            case "fentry", "fexit", "fmod_ret" -> rest;
            case "lsm", "lsm_cgroup" -> "bpf_lsm_" + rest;
            case "iter" -> "bpf_iter_" + rest;
            default -> "";
        };
    }
}
