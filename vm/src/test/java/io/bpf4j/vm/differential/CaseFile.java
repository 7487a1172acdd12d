package io.bpf4j.vm.differential;

import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.text.Disassembler;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/** Writes a program as a case of the conformance corpus, for whoever finds out what must come of it. */
public final class CaseFile {

    private CaseFile() {}

    public static String of(List<Insn> instructions, byte[] memory) {
        String text = new Disassembler(Disassembler.Options.PLAIN).disassemble(instructions).lines()
                .map(line -> "    " + line.strip()).collect(Collectors.joining("\n"));
        return "program:\n" + text + "\nmemory: " + HexFormat.of().formatHex(memory) + "\n";
    }
}
