package io.bpf4j.tools.syscount;

import java.time.Instant;
import java.util.List;

/** Shows readings. */
interface Report {

    /** Says what is going to be counted. */
    void begin();

    /** Shows a reading: what was counted up to a moment, in no order. */
    void reading(Instant moment, List<Row> rows);

    /** Says that it is over. */
    void end();
}
