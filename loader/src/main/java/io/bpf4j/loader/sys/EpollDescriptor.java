package io.bpf4j.loader.sys;

/**
 * {@code struct epoll_event}, which is packed on x86-64 (include/uapi/linux/eventpoll.h).
 *
 * <pre>
 *    0               4
 *  0 +---------------+-------------------------------+
 *    | events        | data                          |
 * 12 +---------------+-------------------------------+
 * </pre>
 */
final class EpollDescriptor {
    static final int EVENTS = 0;
    static final int DATA = 4;

    /** The distance between two events. */
    static final int LENGTH = 12;

    private EpollDescriptor() {}
}
