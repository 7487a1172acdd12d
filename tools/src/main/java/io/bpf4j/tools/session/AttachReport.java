package io.bpf4j.tools.session;

import io.bpf4j.loader.Attachment;
import io.bpf4j.tools.common.ExitCode;
import io.bpf4j.tools.common.UserError;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What became of the probes of a session, as the user should hear it. */
public final class AttachReport {
    private final List<Attachment> attachments;

    /** Reports on the probes of one session. */
    public AttachReport(List<Attachment> attachments) {
        this.attachments = List.copyOf(attachments);
    }

    /**
     * Insists that each probe point is attached somewhere, or will be as soon as a target loads the library.
     *
     * @throws UserError with {@link ExitCode#NO_TARGET} if its place is not there, {@link ExitCode#NO_PERMISSION} if
     *         we may not, else {@link ExitCode#ATTACH_FAILED}
     */
    public void requireEach() {
        Map<String, List<Attachment>> byPoint = new LinkedHashMap<>();
        for (Attachment attachment : attachments) {
            byPoint.computeIfAbsent(attachment.spec().spelling(), point -> new ArrayList<>()).add(attachment);
        }
        byPoint.forEach((point, places) -> {
            if (places.stream().noneMatch(place -> place.attached() || place.waits())) {
                Attachment.Skip first = places.getFirst().skipped().orElseThrow();
                throw new UserError(codeOf(first), "cannot attach " + point + ": " + first.text());
            }
        });
    }

    /** Returns the exit code of a run that one skipped probe ends. */
    public static ExitCode codeOf(Attachment.Skip skip) {
        return switch (skip.reason()) {
            case NOT_FOUND, NOT_LOADED -> ExitCode.NO_TARGET;
            case NOT_PERMITTED -> ExitCode.NO_PERMISSION;
            case UNSUPPORTED, FAILED -> ExitCode.ATTACH_FAILED;
        };
    }

    /** Says of each probe point and place whether it is attached, and if not, why. */
    public void print(PrintStream errors) {
        for (Attachment attachment : attachments) {
            String point = attachment.spec().spelling();
            errors.println(attachment.skipped().map(skip -> "skipped " + point + ": " + skip.text())
                    .orElse("attached " + point
                            + (attachment.place().isEmpty() ? "" : " at " + attachment.place())));
        }
    }

    /** Returns what is attached, for people: {@code 3 sites attached, 1 waits for its library}. */
    public String summary() {
        long waiting = attachments.stream().filter(Attachment::waits).count();
        return sites() + (sites() == 1 ? " site" : " sites") + " attached"
                + (waiting == 0
                        ? ""
                        : ", " + waiting + (waiting == 1 ? " waits" : " wait") + " for code to be loaded");
    }

    /** Returns how many instructions or events carry a probe. */
    public int sites() {
        return attachments.stream().filter(Attachment::attached).mapToInt(Attachment::sites).sum();
    }
}
