package io.bpf4j.loader.user;

import io.bpf4j.loader.inject.StoppedProcess;
import io.bpf4j.loader.proc.FileIdentity;
import io.bpf4j.loader.proc.Mapping;
import io.bpf4j.loader.proc.MemoryMaps;
import io.bpf4j.loader.site.Site;
import io.bpf4j.vm.patch.Edit;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The counters of static markers: a program prepares a marker's arguments only while its counter, 16 bits in the
 * program's own data, is not zero (SystemTap's sys/sdt.h, "semaphores"). The kernel counts for uprobes
 * (kernel/events/uprobes.c, ref_ctr_offset); here it is up to us.
 */
final class Semaphores {

    private Semaphores() {}

    /** Returns where the counters are, each once, of the markers that hooks are for. */
    static List<Long> of(List<PlannedCode> codes, MemoryMaps maps) {
        return codes.stream()
                .flatMap(code -> code instanceof PlannedHook hook
                        ? hook.placements().stream()
                        : Stream.empty())
                .map(Placement::site)
                .filter(site -> site.semaphoreOffset() != 0).flatMap(site -> address(site, maps).stream())
                .distinct().toList();
    }

    private static Optional<Long> address(Site site, MemoryMaps maps) {
        long offset = site.semaphoreOffset();
        return FileIdentity.of(site.file()).flatMap(file -> maps.mappings().stream()
                .filter(mapping -> isData(mapping) && mapping.inode() == file.inode()
                        && offset >= mapping.offset()
                        && offset - mapping.offset() < mapping.end() - mapping.start())
                .findFirst()).map(mapping -> mapping.start() + offset - mapping.offset());
    }

    private static boolean isData(Mapping mapping) {
        return mapping.permissions().startsWith("rw-p");
    }

    /** Returns the edit that counts one more. */
    static Edit increment(StoppedProcess process, long address) {
        byte[] now = process.memory().read(address, Short.BYTES);
        return new Edit(address, now, encode(decode(now) + 1));
    }

    /** Returns whether an edit counts, and is none of code. */
    static boolean isIncrement(Edit edit, MemoryMaps maps) {
        return edit.original().length == Short.BYTES
                && maps.at(edit.address()).filter(Semaphores::isData).isPresent();
    }

    /** Counts one less, whatever others have counted since. */
    static void decrement(StoppedProcess process, Edit edit) {
        int now = decode(process.memory().read(edit.address(), Short.BYTES));
        if (now > 0) {
            process.memory().write(edit.address(), encode(now - 1));
        }
    }

    private static int decode(byte[] counter) {
        return Short.toUnsignedInt(ByteBuffer.wrap(counter).order(ByteOrder.LITTLE_ENDIAN).getShort());
    }

    private static byte[] encode(int counter) {
        return ByteBuffer.allocate(Short.BYTES).order(ByteOrder.LITTLE_ENDIAN).putShort((short) counter)
                .array();
    }
}
