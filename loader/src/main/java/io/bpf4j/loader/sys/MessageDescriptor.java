package io.bpf4j.loader.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What sendmsg(2) and recvmsg(2) read to pass one descriptor with one byte: {@code struct user_msghdr}, {@code struct
 * iovec} and {@code struct cmsghdr} (include/linux/socket.h, include/uapi/linux/uio.h), laid out one behind the other.
 *
 * <pre>
 *       0               4               8              12
 *   0 +-------------------------------+---------------+---------------+
 *     | msg_name                      | msg_namelen   | (padding)     |
 *  16 +-------------------------------+---------------+---------------+
 *     | msg_iov                       | msg_iovlen                    |
 *  32 +-------------------------------+-------------------------------+
 *     | msg_control                   | msg_controllen                |
 *  48 +---------------+---------------+-------------------------------+
 *     | msg_flags     | (padding)     | iov_base                      |
 *  64 +---------------+---------------+-------------------------------+
 *     | iov_len                       | cmsg_len                      |
 *  80 +---------------+---------------+---------------+---------------+
 *     | cmsg_level    | cmsg_type     | descriptor    | (padding)     |
 *  96 +---------------+---------------+---------------+---------------+
 *     | the byte of data
 *     +--------
 * </pre>
 */
public final class MessageDescriptor {
    private static final int MSG_IOV = 16;
    private static final int MSG_IOVLEN = 24;
    private static final int MSG_CONTROL = 32;
    private static final int MSG_CONTROLLEN = 40;
    private static final int IOV_BASE = 56;
    private static final int IOV_LEN = 64;
    private static final int CMSG_LEN = 72;
    private static final int CMSG_LEVEL = 80;
    private static final int CMSG_TYPE = 84;
    /** The descriptor's number: to be sent, or as received. */
    public static final int DESCRIPTOR = 88;
    private static final int DATA = 96;

    /** The bytes of the whole. */
    public static final int LENGTH = 104;

    private static final int SOCKET_LEVEL = 1; // SOL_SOCKET
    private static final int RIGHTS = 1; // SCM_RIGHTS
    private static final int CONTROL_SPACE = 24; // CMSG_SPACE(sizeof(int))
    private static final int CONTROL_LENGTH = 20; // CMSG_LEN(sizeof(int))

    private MessageDescriptor() {}

    /** A message that carries a descriptor, or -1 for one that waits to be filled, for use at an address. */
    public static byte[] message(long address, int descriptor) {
        var bytes = ByteBuffer.allocate(LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(MSG_IOV, address + IOV_BASE).putLong(MSG_IOVLEN, 1);
        bytes.putLong(MSG_CONTROL, address + CMSG_LEN).putLong(MSG_CONTROLLEN, CONTROL_SPACE);
        bytes.putLong(IOV_BASE, address + DATA).putLong(IOV_LEN, 1);
        bytes.putLong(CMSG_LEN, CONTROL_LENGTH).putInt(CMSG_LEVEL, SOCKET_LEVEL).putInt(CMSG_TYPE, RIGHTS);
        return bytes.putInt(DESCRIPTOR, descriptor).array();
    }

    /** Whether a received message brought a descriptor. */
    public static boolean hasDescriptor(byte[] message) {
        var bytes = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN);
        return bytes.getLong(MSG_CONTROLLEN) >= CONTROL_LENGTH && bytes.getInt(CMSG_LEVEL) == SOCKET_LEVEL
                && bytes.getInt(CMSG_TYPE) == RIGHTS;
    }
}
