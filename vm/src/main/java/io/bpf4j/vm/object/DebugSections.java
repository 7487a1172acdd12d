package io.bpf4j.vm.object;

import io.bpf4j.vm.btf.BtfBuilder;
import io.bpf4j.vm.btf.BtfLayout;
import io.bpf4j.vm.btf.ProgramDebugInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The section {@code .BTF.ext}: function and line records by code section, with offsets in bytes
 * (Documentation/bpf/btf.rst, section 4.2).
 */
final class DebugSections {
    private static final int SLOT = Long.BYTES;
    private static final String FUNCTIONS = ".text";

    private final BtfBuilder btf;
    private final Map<String, List<int[]>> functions = new TreeMap<>();
    private final Map<String, List<int[]>> lines = new TreeMap<>();

    DebugSections(BtfBuilder btf) {
        this.btf = btf;
    }

    void add(ProgramDebugInfo info, PrivateData.Code code) {
        for (ProgramDebugInfo.FunctionRecord function : info.functions()) {
            record(functions, code, function.slot(), function.type());
        }
        for (ProgramDebugInfo.LineRecord line : info.lines()) {
            record(lines, code, line.slot(), line.file(), line.text(), line.lineAndColumn());
        }
    }

    private static void record(Map<String, List<int[]>> bySection, PrivateData.Code code, int slot,
            int... words) {
        int at = slot * SLOT;
        boolean main = at < code.size();
        int[] record = new int[words.length + 1];
        record[0] = main ? code.offset() + at : code.functionsOffset() + at - code.size();
        System.arraycopy(words, 0, record, 1, words.length);
        bySection.computeIfAbsent(main ? code.section() : FUNCTIONS, key -> new ArrayList<>()).add(record);
    }

    byte[] build() {
        byte[] functionTable = table(functions, BtfLayout.FUNCTION_RECORD_SIZE);
        byte[] lineTable = table(lines, BtfLayout.LINE_RECORD_SIZE);
        ByteBuffer out = buffer(BtfLayout.EXTENSION_HEADER_SIZE + functionTable.length + lineTable.length);
        out.putShort((short) BtfLayout.MAGIC).put((byte) BtfLayout.VERSION).put((byte) 0);
        out.putInt(BtfLayout.EXTENSION_HEADER_SIZE);
        int end = functionTable.length + lineTable.length;
        out.putInt(0).putInt(functionTable.length).putInt(functionTable.length).putInt(lineTable.length);
        out.putInt(end).putInt(0);
        return out.put(functionTable).put(lineTable).array();
    }

    private byte[] table(Map<String, List<int[]>> bySection, int recordSize) {
        if (bySection.isEmpty()) {
            // libbpf takes no table without records (tools/lib/bpf/btf.c, btf_ext_setup_info).
            return new byte[0];
        }
        int size = Integer.BYTES + bySection.values().stream()
                .mapToInt(records -> 2 * Integer.BYTES + records.size() * recordSize).sum();
        ByteBuffer out = buffer(size);
        out.putInt(recordSize);
        bySection.forEach((section, records) -> {
            out.putInt(btf.addString(section)).putInt(records.size());
            for (int[] record : records) {
                for (int word : record) {
                    out.putInt(word);
                }
            }
        });
        return out.array();
    }

    private static ByteBuffer buffer(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }
}
