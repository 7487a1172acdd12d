package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.verify.ContextModel.Content;
import io.bpf4j.vm.verify.ContextModel.Field;
import java.util.ArrayList;
import java.util.List;

/**
 * The contexts of programs that see packets (include/uapi/linux/bpf.h, struct __sk_buff and xdp_md; what may be
 * accessed: net/core/filter.c, sk_filter_is_valid_access, tc_cls_act_is_valid_access, xdp_is_valid_access).
 */
final class NetworkContexts {

    /** Where the fields of {@code struct __sk_buff} are, in bytes. */
    private static final int MARK = 8;
    private static final int QUEUE_MAPPING = 12;
    private static final int VLAN_PRESENT = 20;
    private static final int PRIORITY = 32;
    private static final int TC_INDEX = 44;
    private static final int CONTROL_BLOCK = 48;
    private static final int HASH = 68;
    private static final int TC_CLASS = 72;
    private static final int DATA = 76;
    private static final int DATA_END = 80;
    private static final int NAPI = 84;
    private static final int FAMILY = 88;
    private static final int DATA_META = 140;
    private static final int TIMESTAMP = 152;
    private static final int WIRE_LENGTH = 160;
    private static final int SKB_BYTES = 192;
    private static final int WORD = Integer.BYTES;

    private NetworkContexts() {}

    static ContextModel of(ProgramType type) {
        return switch (type) {
            case SOCKET_FILTER -> socketFilter();
            case SCHED_CLS, SCHED_ACT -> trafficControl();
            case CGROUP_SKB -> cgroupPacket();
            case XDP -> xdp();
            default -> type.context()
                    .map(struct -> new ContextModel("struct " + struct.name(), struct.size(),
                            List.of(words(0, struct.size(), false))))
                    .orElseGet(() -> new ContextModel("the context", 0, List.of()));
        };
    }

    private static Field words(int from, int to, boolean writable) {
        return new Field(from, to - from, WORD, Content.NUMBER, true, writable);
    }

    private static Field whole(int offset, Content content) {
        return new Field(offset, WORD, WORD, content, false, false);
    }

    /** All but the class, the packet's place and the times; the control block may be written. */
    private static ContextModel socketFilter() {
        return packet(List.of(words(0, CONTROL_BLOCK, false), controlBlock(), words(HASH, TC_CLASS, false),
                words(NAPI, FAMILY, false)));
    }

    private static ContextModel trafficControl() {
        List<Field> fields = new ArrayList<>(List.of(words(0, MARK, false),
                words(MARK, QUEUE_MAPPING + WORD, true),
                words(QUEUE_MAPPING + WORD, PRIORITY, false), words(PRIORITY, PRIORITY + WORD, true),
                words(PRIORITY + WORD, TC_INDEX, false), words(TC_INDEX, CONTROL_BLOCK, true), controlBlock(),
                words(HASH, TC_CLASS, false), words(TC_CLASS, DATA, true)));
        fields.addAll(List.of(whole(DATA, Content.PACKET), whole(DATA_END, Content.PACKET_END),
                words(NAPI, FAMILY, false), whole(DATA_META, Content.PACKET_META),
                new Field(TIMESTAMP, Long.BYTES, Long.BYTES, Content.NUMBER, false, true),
                words(WIRE_LENGTH, WIRE_LENGTH + 2 * WORD, false)));
        return packet(fields);
    }

    private static ContextModel cgroupPacket() {
        return packet(List.of(words(0, MARK, false), words(MARK, QUEUE_MAPPING, true),
                words(QUEUE_MAPPING, VLAN_PRESENT, false), words(VLAN_PRESENT, PRIORITY, false),
                words(PRIORITY, PRIORITY + WORD, true), words(PRIORITY + WORD, CONTROL_BLOCK, false),
                controlBlock(),
                words(HASH, TC_CLASS, false), whole(DATA, Content.PACKET),
                whole(DATA_END, Content.PACKET_END),
                words(NAPI, DATA_META, false)));
    }

    private static Field controlBlock() {
        return words(CONTROL_BLOCK, HASH, true);
    }

    private static ContextModel packet(List<Field> fields) {
        return new ContextModel("the packet's description (struct __sk_buff)", SKB_BYTES, fields);
    }

    private static ContextModel xdp() {
        return new ContextModel("the packet's description (struct xdp_md)", 6 * WORD,
                List.of(whole(0, Content.PACKET), whole(WORD, Content.PACKET_END),
                        whole(2 * WORD, Content.PACKET_META),
                        new Field(3 * WORD, 3 * WORD, WORD, Content.NUMBER, false, false)));
    }
}
