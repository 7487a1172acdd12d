package io.bpf4j.loader.user;

import io.bpf4j.loader.site.Site;
import io.bpf4j.vm.program.Program;

/**
 * A program and a place that it is wanted at.
 *
 * @param moment which moment of the function
 */
record Placement(Program program, Site site, Moment moment) {

    /** When a program runs. */
    enum Moment {
        /** Before the instruction at the site. */
        BEFORE,
        /** When the function returns that begins at the site. */
        RETURN,
        /** Before the return instruction at the site. */
        AT_RETURN
    }
}
