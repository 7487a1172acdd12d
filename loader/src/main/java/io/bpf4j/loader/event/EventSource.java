package io.bpf4j.loader.event;

import io.bpf4j.loader.sys.Fd;
import java.util.List;

/** Something that records can be taken from. For one thread at a time. */
public interface EventSource extends AutoCloseable {
    /** What becomes readable when there are records; owned by the source or by whoever made it. */
    List<Fd> descriptors();

    /**
     * Passes on what is there now, at most about one buffer full, without waiting.
     *
     * @return how many records were passed on
     */
    int drain(RecordHandler handler);

    /** Records that the kernel dropped for want of room, where the buffer itself counts them; else 0. */
    long lost();

    @Override
    void close();
}
