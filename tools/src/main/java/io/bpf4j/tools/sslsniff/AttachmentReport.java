package io.bpf4j.tools.sslsniff;

import io.bpf4j.loader.Attachment;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Says what is traced and what is not. A library that is not installed is no news as long as another one is there, but
 * one that the user named, or that was found and could not be attached, is.
 */
record AttachmentReport(List<Attachment> attachments, SniffOptions options) {

    /**
     * Insists on something being attached, or waiting for its library to be loaded.
     *
     * @throws UserError with {@link ExitCode#NO_PERMISSION} if that is what was missing, else with
     *         {@link ExitCode#ATTACH_FAILED}, and the reasons
     */
    void requireAny() {
        if (attachments.stream().noneMatch(attachment -> attachment.attached() || attachment.waits())) {
            attachments.stream().flatMap(attachment -> attachment.skipped().stream())
                    .filter(skip -> skip.reason() == Attachment.Reason.NOT_PERMITTED).findFirst()
                    .ifPresent(skip -> {
                        throw new UserError(ExitCode.NO_PERMISSION, skip.text());
                    });
            throw new UserError(ExitCode.ATTACH_FAILED,
                    "nothing to trace: " + String.join("; ", reasons(firstOfEachLibrary())),
                    "name the file that holds the library: --extra-lib openssl:PATH");
        }
    }

    /** What is the matter with one function is so with the others. */
    private List<Attachment> firstOfEachLibrary() {
        List<Attachment> firsts = new ArrayList<>();
        for (Library library : Library.values()) {
            attachments.stream().filter(attachment -> of(attachment, library)).map(Attachment::spec)
                    .findFirst()
                    .ifPresent(
                            spec -> attachments.stream()
                                    .filter(attachment -> attachment.spec().spelling()
                                            .equals(spec.spelling()))
                                    .forEach(firsts::add));
        }
        return firsts;
    }

    /** Returns the libraries that are traced, for the header line. */
    String summary() {
        List<String> titles = new ArrayList<>();
        for (Library library : Library.values()) {
            Set<String> files = attachments.stream()
                    .filter(attachment -> attachment.attached() && of(attachment, library))
                    .map(AttachmentReport::file).collect(Collectors.toCollection(LinkedHashSet::new));
            if (!files.isEmpty()) {
                titles.add(library.title() + " (" + String.join(", ", files) + ")");
            }
        }
        if (titles.isEmpty()) {
            return "nothing yet: no library is loaded that has TLS";
        }
        return String.join(", ", titles);
    }

    private static boolean of(Attachment attachment, Library library) {
        return Selection.libraryOf(attachment.spec()).filter(library::equals).isPresent();
    }

    /** A place is {@code /path/of/file:symbol (pid 42)}. */
    private static String file(Attachment attachment) {
        int colon = attachment.place().lastIndexOf(':');
        return colon < 0 ? attachment.place() : attachment.place().substring(0, colon);
    }

    /** Prints a line for each thing that is not traced and that the user should know of. */
    void printSkipped(PrintWriter errors, boolean verbose) {
        List<Attachment> skipped = attachments.stream().filter(attachment -> !attachment.attached()).toList();
        if (verbose) {
            attachments.stream().filter(Attachment::attached)
                    .forEach(attachment -> errors.println(
                            "  " + attachment.spec().spelling() + " at " + attachment.place()));
            skipped.forEach(attachment -> errors.println(
                    "  " + attachment.spec().spelling() + " not attached: "
                            + attachment.whyNot()));
        } else {
            reasons(firstOfEachLibrary().stream()
                    .filter(attachment -> !attachment.attached() && isNews(attachment)).toList())
                    .forEach(reason -> errors.println("jsslsniff: not traced: " + reason));
        }
        errors.flush();
    }

    private boolean isNews(Attachment attachment) {
        if (attachment.waits()) {
            return false;
        }
        boolean found = !attachment.place().isEmpty();
        return found || options.extraLibraries().stream()
                .anyMatch(extra -> isNothingIn(extra)
                        && attachment.whyNot().contains(extra.path()));
    }

    private boolean isNothingIn(ExtraLibrary extra) {
        return attachments.stream().noneMatch(
                attachment -> attachment.attached() && attachment.place().startsWith(extra.path() + ":"));
    }

    private static Set<String> reasons(List<Attachment> skipped) {
        return skipped.stream()
                .flatMap(attachment -> attachment.skipped().stream().map(Attachment.Skip::text))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
