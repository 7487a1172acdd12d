package io.bpf4j.loader.sys;

import java.util.Locale;

/** What {@code bpf()} is asked to do: {@code enum bpf_cmd} in include/uapi/linux/bpf.h, as far as it is used here. */
public enum Command {
    MAP_CREATE(0), //
    MAP_LOOKUP_ELEM(1), //
    MAP_UPDATE_ELEM(2), //
    MAP_DELETE_ELEM(3), //
    MAP_GET_NEXT_KEY(4), //
    PROG_LOAD(5), //
    PROG_TEST_RUN(10), //
    PROG_GET_NEXT_ID(11), //
    MAP_GET_NEXT_ID(12), //
    PROG_GET_FD_BY_ID(13), //
    MAP_GET_FD_BY_ID(14), //
    OBJ_GET_INFO_BY_FD(15), //
    RAW_TRACEPOINT_OPEN(17), //
    BTF_LOAD(18), //
    BTF_GET_FD_BY_ID(19), //
    MAP_LOOKUP_AND_DELETE_ELEM(21), //
    MAP_FREEZE(22), //
    BTF_GET_NEXT_ID(23), //
    MAP_LOOKUP_BATCH(24), //
    MAP_LOOKUP_AND_DELETE_BATCH(25), //
    MAP_UPDATE_BATCH(26), //
    MAP_DELETE_BATCH(27), //
    LINK_CREATE(28), //
    LINK_GET_FD_BY_ID(30), //
    LINK_GET_NEXT_ID(31), //
    LINK_DETACH(34);

    private final int number;

    Command(int number) {
        this.number = number;
    }

    /** The first argument of {@code bpf()}. */
    public int number() {
        return number;
    }

    /** How a failure names the call: {@code bpf(MAP_CREATE)}. */
    public String call() {
        return String.format(Locale.ROOT, "bpf(%s)", name());
    }
}
