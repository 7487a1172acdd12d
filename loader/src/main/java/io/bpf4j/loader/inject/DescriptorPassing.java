package io.bpf4j.loader.inject;

import io.bpf4j.loader.inject.InjectException.Reason;
import io.bpf4j.loader.sys.Fd;
import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.MessageDescriptor;
import io.bpf4j.loader.sys.NativeMemory;
import io.bpf4j.loader.sys.Syscall;
import io.bpf4j.loader.sys.SystemCallException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Gives a stopped process a descriptor of ours, whatever its user and its namespaces: the process makes a pair of
 * sockets, we take one by pidfd_getfd(2), and send the descriptor through it. If we die in between, the process is left
 * with up to three descriptors that it does not know.
 */
final class DescriptorPassing {
    private static final int LOCAL = 1; // AF_UNIX
    private static final int DATAGRAM = 2; // SOCK_DGRAM
    private static final int CLOSE_ON_EXEC = 0x80000; // SOCK_CLOEXEC
    private static final int RECEIVE_CLOSE_ON_EXEC = 0x4000_0000; // MSG_CMSG_CLOEXEC
    private static final int DO_NOT_WAIT = 0x40; // MSG_DONTWAIT

    private final StoppedProcess process;
    private final RemoteCalls calls;
    private final Kernel kernel;

    DescriptorPassing(StoppedProcess process, RemoteCalls calls) {
        this.process = process;
        this.calls = calls;
        this.kernel = process.kernel();
    }

    /** Returns the number that the descriptor has there, to be closed there by the caller. */
    int give(Fd file) {
        long pair = calls.scratch();
        calls.require(Syscall.SOCKETPAIR, "making a pair of sockets", LOCAL, DATAGRAM | CLOSE_ON_EXEC, 0,
                pair);
        ByteBuffer numbers = ByteBuffer.wrap(process.memory().read(pair, 2 * Integer.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        int ours = numbers.getInt();
        int theirs = numbers.getInt();
        try {
            send(ours, file);
            return receive(theirs);
        } finally {
            calls.call(Syscall.CLOSE, ours);
            calls.call(Syscall.CLOSE, theirs);
        }
    }

    private void send(int socket, Fd file) {
        try (var handle = process.handle();
                var taken = kernel.takeDescriptor(handle, socket);
                var memory = new NativeMemory()) {
            var block = memory.allocate(MessageDescriptor.LENGTH);
            block.bytes().put(MessageDescriptor.message(block.address(), file.number()));
            SystemCallException.check(
                    kernel.call(Syscall.SENDMSG, taken.number(), block.address(), DO_NOT_WAIT, 0, 0, 0),
                    "sendmsg",
                    () -> "giving process " + process.pid() + " a descriptor");
        }
    }

    private int receive(int socket) {
        long address = calls.scratch();
        process.memory().write(address, MessageDescriptor.message(address, -1));
        calls.require(Syscall.RECVMSG, "receiving a descriptor", socket, address,
                RECEIVE_CLOSE_ON_EXEC | DO_NOT_WAIT);
        byte[] message = process.memory().read(address, MessageDescriptor.LENGTH);
        if (!MessageDescriptor.hasDescriptor(message)) {
            throw new InjectException(Reason.CALL_FAILED,
                    "process %d was not given our descriptor: it may have as many open as it is allowed"
                            .formatted(process.pid()));
        }
        return ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).getInt(MessageDescriptor.DESCRIPTOR);
    }
}
