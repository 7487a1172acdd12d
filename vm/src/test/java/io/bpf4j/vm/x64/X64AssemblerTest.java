package io.bpf4j.vm.x64;

import static io.bpf4j.vm.x64.OperandSize.BYTE;
import static io.bpf4j.vm.x64.OperandSize.DWORD;
import static io.bpf4j.vm.x64.OperandSize.QWORD;
import static io.bpf4j.vm.x64.OperandSize.WORD;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class X64AssemblerTest {

    private static final long HERE = 0x7f00_0000_1000L;

    private final X64Assembler code = new X64Assembler();

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void symbolsAreReachedFromWhereTheCodeLies() {
        Symbol helper = Symbol.named("helper");
        Symbol counter = Symbol.named("counter");
        code.call(helper);
        code.jcc(ConditionCode.E, helper);
        code.jmp(helper);
        // The field is not the instruction's last part.
        code.alu(Alu.ADD, DWORD, Memory.rip(counter, 8), 1000);
        byte[] linked = code.assemble().link(HERE,
                symbol -> symbol == helper ? HERE + 0x1234 : HERE - 0x5678);

        var decoder = new X64Decoder();
        int at = 0;
        for (Transfer transfer : List.of(Transfer.CALL, Transfer.CONDITIONAL_JUMP, Transfer.JUMP)) {
            assertTrue(decoder.decode(linked, at, linked.length));
            assertEquals(transfer, decoder.transfer());
            assertEquals(HERE + 0x1234, decoder.branchTarget(HERE + at));
            at += decoder.length();
        }
        assertTrue(decoder.decode(linked, at, linked.length));
        assertEquals(HERE - 0x5678 + 8, decoder.ripTarget(HERE + at));
        assertEquals(linked.length, at + decoder.length());
    }

    @Test
    void objdumpSeesTheLinkedAddresses() {
        Objdump.assumeInstalled();
        Symbol helper = Symbol.named("helper");
        Label data = code.label("data");
        code.loadAddress(Gpr.RAX, helper, 3);
        code.call(helper);
        code.lea(QWORD, Gpr.RSI, Memory.rip(data, 4));
        code.bind(data);
        byte[] linked = code.assemble().link(0, symbol -> 0x12345670L);
        assertEquals(
                List.of("movabs rax,0x12345673", "call   0x12345670", "lea    rsi,[rip+0x4]        # 0x1a"),
                Objdump.bytes(linked, "intel").stream().map(Objdump.Line::text).toList());
    }

    @Test
    void addressesInDataAreAbsolute() {
        Label end = code.label();
        code.address(Symbol.named("map"), 16);
        code.address(end, 0);
        code.int64(-2);
        code.int32(7);
        code.bytes((byte) 1, (byte) 2);
        code.bind(end);
        ByteBuffer linked = littleEndian(code.assemble().link(HERE, symbol -> 0xabcdL));
        assertEquals(0xabcd + 16, linked.getLong());
        assertEquals(HERE + 30, linked.getLong());
        assertEquals(-2, linked.getLong());
        assertEquals(7, linked.getInt());
        assertEquals(0x0201, linked.getShort());
    }

    @Test
    void jumpTablesHoldDistances() {
        Label table = code.label("table");
        Label zero = code.label("zero");
        Label one = code.label("one");
        code.jmp(table);
        code.bind(one);
        code.nop(200);
        code.bind(zero);
        code.align(4);
        code.bind(table);
        code.difference(zero, table);
        code.difference(one, table);
        MachineCode machineCode = code.assemble();
        ByteBuffer bytes = littleEndian(machineCode.bytes());
        int at = machineCode.offsetOf(table);
        assertEquals(208, at);
        assertEquals(machineCode.offsetOf(zero) - at, bytes.getInt(at));
        assertEquals(5 - at, bytes.getInt(at + 4));
    }

    @Test
    void foreignInstructionsGetANewDistance() {
        // lea rdi, [rip+0x10] and cmp DWORD PTR [rip+0x10], 5 with an immediate after the field
        Symbol old = Symbol.named("old");
        code.relocated(HexFormat.of().parseHex("488d3d10000000"), 3, old);
        code.relocated(HexFormat.of().parseHex("833d1000000005"), 2, old);
        byte[] linked = code.assemble().link(HERE, symbol -> HERE + 0x4000);
        var decoder = new X64Decoder();
        decoder.decode(linked, 0, linked.length);
        assertEquals(HERE + 0x4000, decoder.ripTarget(HERE));
        decoder.decode(linked, 7, linked.length);
        assertEquals(HERE + 0x4000, decoder.ripTarget(HERE + 7));
        assertEquals(5, decoder.immediate());
    }

    @Test
    void everyByteBelongsToTheInstructionThatWasMarkedLast() {
        Label far = code.label();
        code.nop(1);
        code.mark(4);
        code.jmp(far);
        code.mark(5);
        code.mark(9);
        code.nop(200);
        code.bind(far);
        code.mark(LineTable.NONE);
        code.plain(Plain.RET);
        LineTable lines = code.assemble().lines();
        assertEquals(List.of(-1, 4, 4, 9, 9, -1),
                IntStream.of(0, 1, 5, 6, 205, 206).mapToObj(lines::insnAt).toList());
        assertEquals(3, lines.size());
        assertEquals(6, lines.offset(1));
        assertEquals(9, lines.insn(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9})
    void upToNineBytesAreOneNop(int size) {
        Objdump.assumeInstalled();
        code.nop(size);
        List<Objdump.Line> lines = Objdump.bytes(code.assemble().bytes(), "intel");
        assertEquals(1, lines.size());
        assertTrue(lines.getFirst().text().matches("(cs )?nop.*|xchg +ax,ax"), lines.getFirst().text());
    }

    @Test
    void moreBytesAreSeveralNops() {
        code.nop(25);
        byte[] bytes = code.assemble().bytes();
        assertEquals(25, bytes.length);
        var decoder = new X64Decoder();
        decoder.decode(bytes, 0, bytes.length);
        assertEquals(9, decoder.length());
        decoder.decode(bytes, 18, bytes.length);
        assertEquals(7, decoder.length());
    }

    @Test
    void assemblingTwiceGivesTheSame() {
        Label end = code.label();
        code.jmp(end);
        code.nop(130);
        code.bind(end);
        assertArrayEquals(code.assemble().bytes(), code.assemble().bytes());
    }

    static Stream<Consumer<X64Assembler>> impossibleOperands() {
        Memory memory = Memory.at(Gpr.RAX);
        return Stream.of(
                code -> code.mov(BYTE, Gpr.RAX, 256),
                code -> code.mov(WORD, memory, -32769),
                code -> code.mov(DWORD, Gpr.RAX, 1L << 32),
                code -> code.alu(Alu.ADD, QWORD, Gpr.RAX, 1L << 31),
                code -> code.push(1L << 31),
                code -> code.lock(Alu.CMP, QWORD, memory, Gpr.RAX),
                code -> code.lock(Unary.DIV, QWORD, memory),
                code -> code.lock(Alu.ADD, BYTE, memory, 1000),
                code -> code.movsx(WORD, Gpr.RAX, DWORD, Gpr.RCX),
                code -> code.lea(BYTE, Gpr.RAX, memory),
                code -> code.imul(BYTE, Gpr.RAX, Gpr.RCX),
                code -> code.bswap(WORD, Gpr.RAX),
                code -> code.shift(Shift.SHL, BYTE, Gpr.RAX, 8),
                code -> code.shift(FlaglessShift.SHLX, WORD, Gpr.RAX, Gpr.RAX, Gpr.RAX),
                code -> code.rorx(QWORD, Gpr.RAX, Gpr.RAX, 64),
                code -> code.bit(BitTest.BT, DWORD, Gpr.RAX, 32),
                code -> code.align(12),
                code -> code.relocated(new byte[7], 4, Symbol.named("x")),
                code -> code.jmp(new X64Assembler().label()),
                code -> code.bind(new X64Assembler().label()),
                code -> Memory.indexed(Gpr.RAX, Gpr.RSP, 1, 0),
                code -> Memory.indexed(Gpr.RAX, Gpr.RCX, 3, 0),
                code -> Memory.at(Gpr.RAX, 1L << 31),
                code -> Memory.at(Gpr.RAX, Integer.MAX_VALUE).plus(1),
                code -> OperandSize.ofBytes(3),
                code -> ConditionCode.P.exchanged(),
                code -> Gpr.of(16));
    }

    @ParameterizedTest
    @MethodSource("impossibleOperands")
    void whatCannotBeEncodedIsRefused(Consumer<X64Assembler> emit) {
        assertThrows(IllegalArgumentException.class, () -> emit.accept(code));
        assertEquals(0, code.assemble().size(), "nothing half-written");
    }

    @Test
    void symbolsOutOfReachAreRefused() {
        code.call(Symbol.named("far"));
        MachineCode machineCode = code.assemble();
        var refused = assertThrows(IllegalArgumentException.class,
                () -> machineCode.link(HERE, symbol -> HERE + (1L << 33)));
        assertTrue(refused.getMessage().startsWith("far is 0x1"), refused.getMessage());
    }

    @Test
    void labelsMustBeBoundOnce() {
        Label label = code.label("loop");
        code.jmp(label);
        assertThrows(IllegalStateException.class, code::assemble);
        code.bind(label);
        assertThrows(IllegalStateException.class, () -> code.bind(label));
    }

    @Test
    void conditionsHaveOppositesAndExchanges() {
        for (ConditionCode condition : ConditionCode.values()) {
            assertEquals(condition, condition.negated().negated());
        }
        assertEquals(ConditionCode.GE, ConditionCode.L.negated());
        assertEquals(ConditionCode.AE, ConditionCode.BE.exchanged());
        assertEquals(ConditionCode.G, ConditionCode.L.exchanged());
    }
}
