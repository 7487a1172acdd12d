package io.bpf4j.vm.btf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.vm.object.Command;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.TypePrinter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class BtfTest {
    private static final Map<String, BtfKind> BPFTOOL_KINDS = new HashMap<>();

    static {
        for (BtfKind kind : BtfKind.values()) {
            BPFTOOL_KINDS.put(kind.name(), kind);
        }
        BPFTOOL_KINDS.put("PTR", BtfKind.POINTER);
        BPFTOOL_KINDS.put("FWD", BtfKind.FORWARD);
        BPFTOOL_KINDS.put("FUNC", BtfKind.FUNCTION);
        BPFTOOL_KINDS.put("FUNC_PROTO", BtfKind.FUNCTION_PROTOTYPE);
        BPFTOOL_KINDS.put("VAR", BtfKind.VARIABLE);
        BPFTOOL_KINDS.put("DATASEC", BtfKind.DATA_SECTION);
        BPFTOOL_KINDS.put("DECL_TAG", BtfKind.DECLARATION_TAG);
    }

    @Test
    void everyTypeAndMemberOfTheKernelIsReadAsBpftoolReadsIt() {
        Btf btf = KernelBtf.get();
        assumeTrue(Command.exists("bpftool"), "bpftool is not installed");
        String[] lines = Command.run("bpftool", "btf", "dump", "file", KernelBtf.FILE.toString()).output()
                .split("\n");
        Pattern typeLine = Pattern.compile("\\[(\\d+)\\] (\\w+) '([^']*)'.*");
        Pattern memberLine = Pattern
                .compile("\t'([^']*)' type_id=(\\d+) bits_offset=(\\d+)(?: bitfield_size=(\\d+))?");
        BtfType current = null;
        int types = 0;
        int members = 0;
        int position = 0;
        for (String line : lines) {
            Matcher type = typeLine.matcher(line);
            Matcher member = memberLine.matcher(line);
            if (type.matches()) {
                types++;
                position = 0;
                int id = Integer.parseInt(type.group(1));
                assertEquals(BPFTOOL_KINDS.get(type.group(2)), btf.kind(id), line);
                assertEquals(type.group(3), btf.name(id).isEmpty() ? "(anon)" : btf.name(id), line);
                current = btf.type(id);
            } else if (member.matches() && current instanceof BtfType.Struct struct) {
                members++;
                String name = member.group(1).equals("(anon)") ? "" : member.group(1);
                assertEquals(new BtfType.Member(name, Integer.parseInt(member.group(2)),
                        Integer.parseInt(member.group(3)),
                        member.group(4) == null ? 0 : Integer.parseInt(member.group(4))),
                        struct.members().get(position++), line);
            }
        }
        assertEquals(btf.size() - 1, types);
        assertTrue(members > 10_000, "only " + members + " members");
    }

    @Test
    void everyStructOfTheKernelHasItsSizeAsAType() {
        Btf btf = KernelBtf.get();
        TypeImporter importer = new TypeImporter(btf, AddressSpace.KERNEL);
        for (int id = 1; id < btf.size(); id++) {
            if (btf.type(id) instanceof BtfType.Struct struct) {
                assertEquals(struct.size(), importer.type(id).size(), struct.name());
            }
        }
    }

    @Test
    void namesAreFoundByKind() {
        Btf btf = KernelBtf.get();
        int id = btf.find(BtfKind.STRUCT, "task_struct").orElseThrow();
        assertEquals("task_struct", btf.name(id));
        assertTrue(btf.find(BtfKind.FUNCTION, "task_struct").isEmpty());
        assertTrue(btf.find(BtfKind.STRUCT, "no_such_struct").isEmpty());
        assertTrue(btf.find(BtfKind.STRUCT, "").isEmpty());
    }

    @Test
    void oneSearchInBytesFindsWhatTheIndexDoes() {
        Btf btf = KernelBtf.get();
        byte[] bytes = KernelBtf.bytes();
        for (int id = 1; id < btf.size(); id += btf.size() / 50) {
            assertEquals(btf.find(btf.kind(id), btf.name(id)), Btf.find(bytes, btf.kind(id), btf.name(id)));
        }
        assertTrue(Btf.find(bytes, BtfKind.FUNCTION, "task_struct").isEmpty());
        assertTrue(Btf.find(bytes, BtfKind.STRUCT, "").isEmpty());
    }

    @Test
    void structsBecomeTypesWithTheFieldsOfTheirUnnamedParts() {
        TypeImporter importer = new TypeImporter(KernelBtf.get(), AddressSpace.KERNEL);
        StructType task = importer.struct("task_struct").orElseThrow();
        assertTrue(task.isPending());
        assertEquals(new ArrayType(IntType.CHAR, 16), task.field("comm").orElseThrow().type());
        assertEquals(IntType.S32, task.field("pid").orElseThrow().type());
        PointerType parent = (PointerType) task.field("parent").orElseThrow().type();
        assertTrue(parent.target() == task && parent.space() == AddressSpace.KERNEL);
        StructType page = importer.struct("page").orElseThrow();
        assertTrue(page.field("mapping").isPresent(), TypePrinter.declaration(page));
    }

    @Test
    void tracepointsAndFunctionsHaveSignatures() {
        TypeImporter importer = new TypeImporter(KernelBtf.get(), AddressSpace.KERNEL);
        TypeImporter.Signature enter = importer.tracepoint("sys_enter").orElseThrow();
        assertEquals(2, enter.parameters().size());
        assertEquals("regs", enter.parameters().get(0).name());
        assertEquals("struct pt_regs *", enter.parameters().get(0).type().spelling());
        assertEquals(IntType.S64, enter.parameters().get(1).type());
        assertEquals(4, importer.function("vfs_read").orElseThrow().parameters().size());
        assertTrue(importer.tracepoint("no_such_tracepoint").isEmpty());
    }

    @Test
    void hostileBytesGiveBtfExceptionsOnly() {
        assumeTrue(KernelBtf.get() != null);
        byte[] prefix = prefix(KernelBtf.bytes(), 6000, 40_000);
        Random random = new Random(11);
        int rejected = 0;
        for (int round = 0; round < 400; round++) {
            byte[] bytes = Arrays.copyOf(prefix,
                    random.nextInt(8) == 0 ? random.nextInt(prefix.length) : prefix.length);
            for (int change = 0; change < random.nextInt(30) && bytes.length > 0; change++) {
                int limit = random.nextInt(4) == 0
                        ? Math.min(bytes.length, 28)
                        : Math.min(bytes.length, 6000);
                bytes[random.nextInt(limit)] = (byte) random.nextInt();
            }
            rejected += exercise(bytes);
        }
        assertTrue(rejected > 0, "nothing was rejected");
    }

    private static int exercise(byte[] bytes) {
        Btf btf;
        try {
            btf = Btf.parse(bytes);
            assertEquals(btf.find(BtfKind.STRUCT, "task_struct"),
                    Btf.find(bytes, BtfKind.STRUCT, "task_struct"));
        } catch (BtfException e) {
            return 1;
        }
        int rejected = 0;
        TypeImporter importer = new TypeImporter(btf, AddressSpace.KERNEL);
        for (int id = 0; id < btf.size(); id++) {
            try {
                assertNotNull(btf.type(id));
                assertNotNull(importer.type(id));
                if (importer.type(id) instanceof StructType struct) {
                    assertFalse(struct.isComplete() && struct.size() < 0);
                }
            } catch (BtfException e) {
                rejected++;
            }
        }
        return rejected;
    }

    /** Takes the first types, whole records or not, and the first strings. */
    private static byte[] prefix(byte[] whole, int typeBytes, int stringBytes) {
        ByteBuffer in = ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN);
        int types = in.getInt(4) + in.getInt(8);
        int strings = in.getInt(4) + in.getInt(16);
        int end = types;
        while (end < types + typeBytes) {
            int info = in.getInt(end + 4);
            end += BtfKind.of(BtfLayout.kindNumber(info)).recordSize(BtfLayout.elements(info));
        }
        int length = end - types;
        ByteBuffer out = ByteBuffer.allocate(24 + length + stringBytes).order(ByteOrder.LITTLE_ENDIAN);
        out.put(whole, 0, 8).putInt(0).putInt(length).putInt(length).putInt(stringBytes);
        out.put(whole, types, length).put(whole, strings, stringBytes - 1);
        return out.array();
    }

    @Test
    void loopsAndDeepNestingAreRefused() {
        // A typedef of itself; a struct that contains itself; arrays of arrays beyond the limit and beyond 2 GiB.
        BtfBuilder builder = new BtfBuilder();
        int number = builder.add(IntType.U64);
        int array = number;
        for (int i = 0; i < 40; i++) {
            array = builder.addArray(array, 1);
        }
        int huge = builder.addArray(builder.addArray(number, 1 << 20), 1 << 20);
        int inside = builder.addStruct("inside", List.of(new BtfBuilder.Member("again", number, 0)), 8);
        byte[] bytes = builder.build();
        int tooDeep = array;
        Btf btf = Btf.parse(bytes);
        TypeImporter importer = new TypeImporter(btf, AddressSpace.KERNEL);
        assertThrows(BtfException.class, () -> importer.type(tooDeep));
        assertThrows(BtfException.class, () -> importer.type(huge));
        assertEquals(8, importer.type(inside).size());
        // The first type is the int behind u64, the second the typedef: point it at itself.
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(24 + 16 + 8, number);
        assertThrows(BtfException.class, () -> Btf.parse(bytes).resolve(number));
    }
}
