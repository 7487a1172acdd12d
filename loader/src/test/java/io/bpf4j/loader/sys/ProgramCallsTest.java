package io.bpf4j.loader.sys;

import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.MapKind;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProgramCallsTest {
    private Kernel kernel;
    private ProgramCalls programs;

    @BeforeEach
    void needsRoot() {
        kernel = Privileges.rootKernel();
        programs = new ProgramCalls(kernel);
    }

    @Test
    void aProgramRunsAndReturnsItsValue() {
        try (var program = programs.load(ProgramParameters.of(ProgramType.SOCKET_FILTER, "fortytwo",
                new Bytecode().mov(0, 42).exit().bytes()))) {
            assertEquals(42, programs.testRunPacket(program, new byte[64], 1).returned());
            var info = new ObjectCalls(kernel).programInfo(program);
            assertEquals("fortytwo", info.name());
            assertEquals(16, info.instructionBytes());
            assertEquals(2, info.verifiedInstructions());
        }
    }

    @Test
    void aRawTracepointProgramGetsItsArguments() {
        var code = new Bytecode().loadLong(0, 1, 8).exit().bytes();
        try (var program = programs.load(ProgramParameters.of(ProgramType.RAW_TRACEPOINT, "second", code))) {
            var context = java.nio.ByteBuffer.allocate(16).order(java.nio.ByteOrder.LITTLE_ENDIAN).putLong(1)
                    .putLong(77).array();
            assertEquals(77, programs.testRun(program, context).returned());
        }
    }

    @Test
    void aRejectedProgramComesWithTheReason() {
        var code = new Bytecode().movReg(0, 3).exit().bytes();
        var rejection = assertThrows(RejectedException.class,
                () -> programs.load(ProgramParameters.of(ProgramType.SOCKET_FILTER, "bad", code)));
        assertEquals(Errno.EACCES, rejection.errno());
        assertTrue(rejection.log().contains("R3 !read_ok"), rejection.log());
        assertEquals("loading program \"bad\": bpf(PROG_LOAD) failed with EACCES (permission denied)",
                rejection.getMessage());
    }

    @Test
    void aLogOfSeveralMegabytesComesWhole() {
        var code = new Bytecode().mov(0, 0);
        int count = 60_000;
        for (int i = 0; i < count; i++) {
            code.add(0, 1);
        }
        var bytes = code.movReg(0, 3).exit().bytes();
        var rejection = assertThrows(RejectedException.class,
                () -> programs.load(ProgramParameters.of(ProgramType.SOCKET_FILTER, "long", bytes), 2));
        assertEquals(Errno.EACCES, rejection.errno());
        var log = rejection.log();
        assertTrue(log.length() > 1 << 20, () -> "log has only " + log.length() + " characters");
        assertTrue(log.contains("\n0: (b7) r0 = 0"), () -> "begins with " + log.substring(0, 200));
        assertTrue(log.contains("\n" + count + ": (07) r0 += 1"));
        assertTrue(log.contains("R3 !read_ok"), () -> "ends with " + log.substring(log.length() - 200));
    }

    @Test
    void ofAVeryLongLogBothEndsAreKeptAndTheMissingBytesCounted() {
        var bytes = new Bytecode().mov(0, 0).add(0, 1).insn(0xa5, 0, 0, -2, 300_000).movReg(0, 3).exit()
                .bytes();
        var parameters = ProgramParameters.of(ProgramType.SOCKET_FILTER, "endless", bytes);
        var whole = wholeLog(bytes);
        var rejection = assertThrows(RejectedException.class, () -> programs.load(parameters));
        assertEquals(Errno.EACCES, rejection.errno());
        var matcher = Pattern.compile("\n\\.\\.\\. (\\d+) bytes of the log are left out here \\.\\.\\.\n")
                .matcher(rejection.log());
        assertTrue(matcher.find(), () -> "log of " + rejection.log().length());
        var beginning = rejection.log().substring(0, matcher.start() + 1);
        var end = rejection.log().substring(matcher.end());
        assertTrue(whole.startsWith(beginning), () -> "begins with " + beginning.substring(0, 200));
        assertTrue(whole.endsWith(end),
                () -> "ends with " + end.substring(end.length() - 500));
        assertTrue(end.contains("R3 !read_ok"), () -> "ends with " + end.substring(end.length() - 500));
        assertEquals(whole.length(), beginning.length() + Long.parseLong(matcher.group(1)) + end.length());
    }

    /** Asks the kernel with room for everything. */
    private String wholeLog(byte[] instructions) {
        try (var memory = new NativeMemory()) {
            var log = memory.allocate(64 << 20);
            var attribute = memory.allocate(ProgramLoadDescriptor.LENGTH);
            attribute.bytes().putInt(ProgramLoadDescriptor.PROG_TYPE, ProgramType.SOCKET_FILTER.number())
                    .putInt(ProgramLoadDescriptor.INSN_CNT, instructions.length / 8)
                    .putLong(ProgramLoadDescriptor.INSNS, memory.bytes(instructions).address())
                    .putLong(ProgramLoadDescriptor.LICENSE, memory.string("GPL").address())
                    .putInt(ProgramLoadDescriptor.LOG_LEVEL, 1)
                    .putInt(ProgramLoadDescriptor.LOG_SIZE, log.size())
                    .putLong(ProgramLoadDescriptor.LOG_BUF, log.address());
            assertEquals(-Errno.EACCES.number(), kernel.bpf(Command.PROG_LOAD, attribute));
            int trueSize = attribute.bytes().getInt(ProgramLoadDescriptor.LOG_TRUE_SIZE);
            assumeTrue(trueSize > 0, "kernels before 6.4 do not say how long a log is");
            return new String(log.copy(trueSize - 1), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aGoodProgramHasALogIfAskedFor() {
        var parameters = ProgramParameters.of(ProgramType.SOCKET_FILTER, "logged",
                new Bytecode().mov(0, 0).exit().bytes());
        var loaded = programs.load(parameters, 1);
        loaded.fd().close();
        assertTrue(loaded.log().contains("processed 2 insns"), loaded.log());
    }

    @Test
    void aMapIsReachedThroughTheDescriptorArray() {
        int pseudoMapIndex = 5; // BPF_PSEUDO_MAP_IDX
        try (var map = new MapCalls(kernel).create(MapParameters.of(MapKind.ARRAY, 4, 8, 1, "indexed"))) {
            var code = new Bytecode().insn(0x18, 1, pseudoMapIndex, 0, 0).insn(0, 0, 0, 0, 0)
                    .storeInt(10, -4, 0)
                    .movReg(2, 10).add(2, -4).call(1).insn(0x15, 0, 0, 1, 0).loadLong(0, 0, 0).exit().bytes();
            new MapCalls(kernel).update(map, MapCalls.bytesOf(0), MapCalls.bytesOf(5L),
                    MapCalls.Update.ALWAYS);
            var parameters = ProgramParameters.of(ProgramType.SOCKET_FILTER, "indexed", code)
                    .withDescriptors(List.of(map.number()));
            try (var program = programs.load(parameters)) {
                assertEquals(5, programs.testRunPacket(program, new byte[64], 1).returned());
            }
        }
    }

    @Test
    void brokenTypesComeWithTheReason() {
        var rejection = assertThrows(RejectedException.class, () -> new BtfCalls(kernel).load(new byte[64]));
        assertTrue(rejection.log().contains("Invalid magic"), rejection.log());
    }

    @Test
    void failuresLeaveNoDescriptor() throws Exception {
        long before = Privileges.kernelDescriptors();
        aRejectedProgramComesWithTheReason();
        brokenTypesComeWithTheReason();
        aProgramRunsAndReturnsItsValue();
        assertEquals(before, Privileges.kernelDescriptors());
    }
}
