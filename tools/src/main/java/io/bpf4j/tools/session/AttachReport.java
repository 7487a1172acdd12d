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
    private static final String NOT_PERMITTED = "not permitted";

    private final List<Attachment> attachments;

    /** Reports on the probes of one session. */
    public AttachReport(List<Attachment> attachments) {
        this.attachments = List.copyOf(attachments);
    }

    /**
     * Insists that each probe point is attached somewhere.
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
            if (places.stream().noneMatch(Attachment::attached)) {
                Attachment first = places.getFirst();
                throw new UserError(code(first),
                        "cannot attach " + point + ": " + first.skipped().orElse(""));
            }
        });
    }

    private static ExitCode code(Attachment skipped) {
        if (skipped.skipped().orElse("").startsWith(NOT_PERMITTED)) {
            return ExitCode.NO_PERMISSION;
        }
        return skipped.place().isEmpty() ? ExitCode.NO_TARGET : ExitCode.ATTACH_FAILED;
    }

    /** Says of each probe point and place whether it is attached, and if not, why. */
    public void print(PrintStream errors) {
        for (Attachment attachment : attachments) {
            String point = attachment.spec().spelling();
            errors.println(attachment.skipped().map(why -> "skipped " + point + ": " + why)
                    .orElse("attached " + point
                            + (attachment.place().isEmpty() ? "" : " at " + attachment.place())));
        }
    }

    /** Returns how many instructions or events carry a probe. */
    public int sites() {
        return attachments.stream().filter(Attachment::attached).mapToInt(Attachment::sites).sum();
    }
}
