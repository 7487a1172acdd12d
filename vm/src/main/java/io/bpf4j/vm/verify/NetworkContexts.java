package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.verify.ContextModel.Content;
import io.bpf4j.vm.verify.ContextModel.Field;
import java.util.ArrayList;
import java.util.List;

/**
 * The contexts of programs that see packets and sockets (include/uapi/linux/bpf.h, struct __sk_buff and others; what
 * may be accessed: net/core/filter.c, *_is_valid_access).
 *
 * <p>A table is a list of {@code from-to:how}, in bytes: the size of a unit (0 for any aligned access), {@code n} if
 * less than a unit may be read, {@code w} if units may be written; or what an address that is loaded whole points to.
 */
final class NetworkContexts {

    private static final String PACKET_DESCRIPTION = "the packet's description (struct __sk_buff)";
    private static final int PACKET_DESCRIPTION_BYTES = 192;
    private static final String SOCKET_FILTER = """
            0-48:4n 48-68:0nw 68-72:4n 84-88:4n 164-168:4n 168-176:socket 176-180:4n
            """;
    private static final String TRAFFIC_CONTROL = """
            0-8:4n 8-16:4nw 16-32:4n 32-36:4nw 36-44:4n 44-48:4nw 48-68:0nw 68-72:4n 72-76:4nw 76-80:packet 80-84:end
            84-88:4n 140-144:meta 152-160:8w 160-168:4n 168-176:socket 176-180:4n 180-181:1 184-192:8
            """;
    private static final String CGROUP_PACKET = """
            0-8:4n 8-12:4nw 12-32:4n 32-36:4nw 36-48:4n 48-68:0nw 68-72:4n 76-80:packet 80-84:end 84-92:4n
            92-132:4 132-140:4n 152-160:8w 164-168:4n 168-176:socket 176-180:4n 184-192:8
            """;
    private static final String TUNNEL = """
            0-8:4n 8-12:4nw 12-32:4n 32-36:4nw 36-48:4n 48-68:0nw 68-72:4n 76-80:packet 80-84:end 84-88:4n
            164-168:4n 168-176:socket 176-180:4n
            """;
    private static final String SOCKET_STREAM = """
            0-8:4n 12-32:4n 32-36:4nw 36-44:4n 44-48:4nw 48-68:0n 68-72:4n 76-80:packet 80-84:end 84-92:4n
            92-132:4 132-140:4n 164-168:4n 168-176:socket 176-180:4n
            """;
    private static final String SOCKET_OPERATIONS = """
            0-4:4 4-8:4w 8-164:4 164-168:4w 168-184:8 184-192:socket 192-200:packet 200-208:end
            208-216:4 216-224:8
            """;

    private NetworkContexts() {}

    static ContextModel of(ProgramType type) {
        return switch (type) {
            case SOCKET_FILTER -> packet(SOCKET_FILTER);
            case SCHED_CLS, SCHED_ACT -> packet(TRAFFIC_CONTROL);
            case CGROUP_SKB -> packet(CGROUP_PACKET);
            case LWT_IN, LWT_OUT, LWT_XMIT, LWT_SEG6LOCAL -> packet(TUNNEL);
            case SK_SKB -> packet(SOCKET_STREAM);
            case FLOW_DISSECTOR -> packet("76-80:packet 80-84:end");
            case XDP -> model("the packet's description (struct xdp_md)", 24,
                    "0-4:packet 4-8:end 8-12:meta 12-20:4");
            case SK_MSG -> model("the message (struct sk_msg_md)", 80,
                    "0-8:packet 8-16:end 16-72:4 72-80:socket");
            case CGROUP_SOCK -> model("the socket (struct bpf_sock)", 80,
                    "0-4:4w 4-16:4 16-24:4w 48-52:4 52-72:4n 72-80:4");
            case SOCK_OPS -> model("the operation (struct bpf_sock_ops)", 224, SOCKET_OPERATIONS);
            case SK_REUSEPORT -> model("the choice (struct sk_reuseport_md)", 56,
                    "0-8:packet 8-16:end 16-20:4n 20-24:4 24-32:4n 32-36:4 40-56:socket");
            case CGROUP_DEVICE -> model("the device (struct bpf_cgroup_dev_ctx)", 12, "0-4:4n 4-12:4");
            case CGROUP_SYSCTL -> model("the setting (struct bpf_sysctl)", 8, "0-4:4n 4-8:4nw");
            default -> model("the context", 0, "");
        };
    }

    /**
     * Returns the address that a program of a control group may change, by the section that names its place: the fields
     * of one family only, and a source only of what is sent (net/core/filter.c, sock_addr_is_valid_access).
     */
    static ContextModel ofAddress(String section) {
        boolean six = section.endsWith("6");
        boolean four = section.endsWith("4");
        boolean sends = section.startsWith("cgroup/sendmsg");
        String table = "0-4:4 " + (four ? "4-8:4nw " : "") + (six ? "8-24:4nw 8-24:8w " : "")
                + "24-28:4nw 28-40:4 " + (four && sends ? "40-44:4nw " : "")
                + (six && sends ? "44-60:4nw 48-56:8w " : "") + "64-72:socket";
        return model("the address (struct bpf_sock_addr)", 72, table);
    }

    private static ContextModel packet(String table) {
        return model(PACKET_DESCRIPTION, PACKET_DESCRIPTION_BYTES, table);
    }

    private static ContextModel model(String name, int size, String table) {
        List<Field> fields = new ArrayList<>();
        for (String row : table.isBlank() ? new String[0] : table.split("\\s+")) {
            int dash = row.indexOf('-');
            int colon = row.indexOf(':');
            int from = Integer.parseInt(row.substring(0, dash));
            int to = Integer.parseInt(row.substring(dash + 1, colon));
            fields.add(field(from, to - from, row.substring(colon + 1)));
        }
        return new ContextModel(name, size, fields);
    }

    private static Field field(int offset, int size, String how) {
        Content content = switch (how) {
            case "packet" -> Content.PACKET;
            case "end" -> Content.PACKET_END;
            case "meta" -> Content.PACKET_META;
            case "socket" -> Content.SOCKET;
            default -> Content.NUMBER;
        };
        if (content != Content.NUMBER) {
            int unit = content == Content.SOCKET ? Long.BYTES : size;
            return new Field(offset, size, unit, content, false, false);
        }
        int unit = how.charAt(0) - '0';
        return new Field(offset, size, unit, content, how.indexOf('n') > 0, how.indexOf('w') > 0);
    }
}
