package io.bpf4j.loader.user;

import io.bpf4j.vm.memory.Memory;
import io.bpf4j.vm.patch.Edit;
import io.bpf4j.vm.patch.Range;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * What a session writes down about itself at the start of its arena, so that another tool can undo what a killed one
 * left in a process.
 *
 * <pre>
 *   0 +-----------------------------+
 *     | magic (u64), written last   |
 *   8 +--------------+--------------+
 *     | version (u32)| tool's pid   |
 *  16 +--------------+--------------+
 *     | when the tool started (u64) |  clock ticks since boot, /proc/PID/stat
 *  24 +-----------------------------+
 *     | offset of the journals      |  bytes from the arena's start
 *  32 +--------------+--------------+
 *     | journals     | bytes of one |
 *  40 +--------------+--------------+
 *
 * journal, one for each process that the tool attached to:
 *   0 +-----------------------------+
 *     | the ProcessBlock            |
 * 128 | SIGSEGV's and SIGBUS's own    |  struct sigaction, 32 bytes each
 *     | actions                     |
 * 192 | our handler of them (u64)   |  0 if there is none
 * 240 | hits without a run (u64)    |
 * 256 +-----------------------------+
 *     | code: address, bytes        |
 * 272 | thread blocks: address,bytes|
 * 288 | arena: address              |
 * 296 +--------------+--------------+
 *     | edits (u32)  | 0            |
 * 304 +--------------+--------------+
 *     | edits, 64 bytes each:       |
 *     | address, length (u32), 0,   |
 *     | 24 original, 24 replacement |
 *     +-----------------------------+
 * </pre>
 *
 * <p>An edit is in the journal before it is in the process.
 */
final class SessionHeader {

    /** {@code bpf4jses}. */
    static final long MAGIC = 0x7365736a34667062L;
    static final int LAYOUT_VERSION = 2;
    static final int BYTES = 4096;
    /** The bytes of a journal. */
    static final int JOURNAL_BYTES = 1 << 17;

    private static final int VERSION = 8;
    private static final int TOOL = 12;
    private static final int TOOL_START = 16;
    private static final int JOURNALS = 24;
    private static final int JOURNAL_COUNT = 32;
    private static final int JOURNAL_SIZE = 36;

    /** The offset in a journal of the number of hits at which nothing could run. */
    static final int MISSED = 240;
    private static final int ACTIONS = 128;
    private static final int HANDLER = 192;
    private static final int CODE = 256;
    private static final int BLOCKS = 272;
    private static final int ARENA = 288;
    private static final int EDIT_COUNT = 296;
    private static final int EDITS = 304;
    private static final int EDIT_BYTES = 64;
    private static final int EDIT_LENGTH = 8;
    private static final int EDIT_ORIGINAL = 16;
    private static final int MOST_EDITED = 24;
    private static final int EDIT_REPLACEMENT = EDIT_ORIGINAL + MOST_EDITED;
    /** How many edits fit into a journal. */
    static final int MOST_EDITS = (JOURNAL_BYTES - EDITS) / EDIT_BYTES;

    private SessionHeader() {}

    /** Who made a session: a process id means that process only together with its start time. */
    record Tool(int pid, long startTicks) {}

    /** What a session did to one process. */
    record Journal(Range code, Range blocks, long arena, Actions actions, List<Edit> edits) {}

    /**
     * What a process does at SIGSEGV and SIGBUS by itself.
     *
     * @param handler the address of ours, 0 if it is not installed
     * @param segment its own struct sigaction for SIGSEGV
     * @param bus that for SIGBUS
     */
    record Actions(long handler, byte[] segment, byte[] bus) {
        /** The bytes of a struct sigaction. */
        static final int BYTES = 32;
    }

    /** Where the journals are. */
    record Directory(Tool tool, long journals, int count, int size) {}

    /** Starts a header. */
    static void write(Memory memory, Tool tool, long journals) {
        long at = memory.base();
        memory.putInt(at + VERSION, LAYOUT_VERSION);
        memory.putInt(at + TOOL, tool.pid());
        memory.putLong(at + TOOL_START, tool.startTicks());
        memory.putLong(at + JOURNALS, journals);
        memory.putInt(at + JOURNAL_SIZE, JOURNAL_BYTES);
        memory.putLongRelease(at, MAGIC);
    }

    /** Says how many journals there are. */
    static void setCount(Memory memory, int count) {
        memory.putIntRelease(memory.base() + JOURNAL_COUNT, count);
    }

    /** Reads a header; null if there is none of this version. */
    static Directory read(byte[] bytes) {
        ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (header.getLong(0) != MAGIC || header.getInt(VERSION) != LAYOUT_VERSION
                || header.getInt(JOURNAL_SIZE) != JOURNAL_BYTES) {
            return null;
        }
        return new Directory(new Tool(header.getInt(TOOL), header.getLong(TOOL_START)),
                header.getLong(JOURNALS),
                header.getInt(JOURNAL_COUNT), header.getInt(JOURNAL_SIZE));
    }

    /** Writes down where a session's memory is in a process. */
    static void place(Memory memory, long journal, Range code, Range blocks, long arena) {
        putRange(memory, journal + CODE, code);
        putRange(memory, journal + BLOCKS, blocks);
        memory.putLong(journal + ARENA, arena);
    }

    private static void putRange(Memory memory, long at, Range range) {
        memory.putLong(at, range.start());
        memory.putLong(at + Long.BYTES, range.size());
    }

    /** Writes down what the process did at faults before. */
    static void put(Memory memory, long journal, Actions actions) {
        memory.putBytes(journal + ACTIONS, actions.segment());
        memory.putBytes(journal + ACTIONS + Actions.BYTES, actions.bus());
        memory.putLongRelease(journal + HANDLER, actions.handler());
    }

    /**
     * Writes down an edit that is about to be made.
     *
     * @throws IllegalStateException if there is no room
     */
    static void add(Memory memory, long journal, Edit edit) {
        int count = memory.getInt(journal + EDIT_COUNT);
        int length = edit.original().length;
        if (count == MOST_EDITS || length > MOST_EDITED) {
            throw new IllegalStateException(
                    "no room in the journal for edit " + count + " of " + length + " bytes");
        }
        long at = journal + EDITS + (long) EDIT_BYTES * count;
        memory.putLong(at, edit.address());
        memory.putInt(at + EDIT_LENGTH, length);
        memory.putBytes(at + EDIT_ORIGINAL, edit.original());
        memory.putBytes(at + EDIT_REPLACEMENT, edit.replacement());
        memory.putIntRelease(journal + EDIT_COUNT, count + 1);
    }

    /** Forgets all edits, when they are undone. */
    static void clear(Memory memory, long journal) {
        memory.putIntRelease(journal + EDIT_COUNT, 0);
    }

    /** Reads a journal; damaged ones give what makes sense of them. */
    static Journal read(ByteBuffer journal) {
        List<Edit> edits = new ArrayList<>();
        int count = Math.clamp(journal.getInt(EDIT_COUNT), 0, MOST_EDITS);
        for (int i = 0; i < count; i++) {
            int at = EDITS + EDIT_BYTES * i;
            int length = journal.getInt(at + EDIT_LENGTH);
            if (length > 0 && length <= MOST_EDITED) {
                byte[] original = new byte[length];
                byte[] replacement = new byte[length];
                journal.get(at + EDIT_ORIGINAL, original);
                journal.get(at + EDIT_REPLACEMENT, replacement);
                edits.add(new Edit(journal.getLong(at), original, replacement));
            }
        }
        return new Journal(range(journal, CODE), range(journal, BLOCKS), journal.getLong(ARENA),
                actions(journal), edits);
    }

    private static Actions actions(ByteBuffer journal) {
        byte[] segment = new byte[Actions.BYTES];
        byte[] bus = new byte[Actions.BYTES];
        journal.get(ACTIONS, segment).get(ACTIONS + Actions.BYTES, bus);
        return new Actions(journal.getLong(HANDLER), segment, bus);
    }

    private static Range range(ByteBuffer journal, int at) {
        long start = journal.getLong(at);
        return new Range(start, start + journal.getLong(at + Long.BYTES));
    }
}
