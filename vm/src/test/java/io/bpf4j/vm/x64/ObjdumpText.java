package io.bpf4j.vm.x64;

import java.util.Map;
import java.util.Set;

/** What objdump's text (AT&T syntax) says about an instruction, as far as the decoder says it, too. */
final class ObjdumpText {

    private static final Set<String> PREFIXES = Set.of("lock", "rep", "repz", "repnz", "data16", "addr32",
            "cs", "ds",
            "es", "ss", "fs", "gs", "bnd", "notrack", "xacquire", "xrelease", "fwait", "{vex}", "{vex3}",
            "{evex}");

    private static final Map<String, Transfer> TRANSFERS = Map.ofEntries(
            Map.entry("ret", Transfer.RETURN), Map.entry("retw", Transfer.RETURN),
            Map.entry("lret", Transfer.RETURN), Map.entry("lretw", Transfer.RETURN),
            Map.entry("lretq", Transfer.RETURN), Map.entry("lretl", Transfer.RETURN),
            Map.entry("iret", Transfer.RETURN),
            Map.entry("iretq", Transfer.RETURN), Map.entry("iretw", Transfer.RETURN),
            Map.entry("iretl", Transfer.RETURN),
            Map.entry("sysret", Transfer.RETURN), Map.entry("sysretl", Transfer.RETURN),
            Map.entry("sysretq", Transfer.RETURN),
            Map.entry("sysexit", Transfer.RETURN), Map.entry("sysexitl", Transfer.RETURN),
            Map.entry("sysexitq", Transfer.RETURN),
            Map.entry("syscall", Transfer.SYSTEM_CALL), Map.entry("sysenter", Transfer.SYSTEM_CALL),
            Map.entry("int", Transfer.INTERRUPT), Map.entry("int3", Transfer.BREAKPOINT),
            Map.entry("int1", Transfer.BREAKPOINT), Map.entry("hlt", Transfer.HALT),
            Map.entry("ud0", Transfer.UNDEFINED), Map.entry("ud1", Transfer.UNDEFINED),
            Map.entry("ud2", Transfer.UNDEFINED), Map.entry("xbegin", Transfer.CONDITIONAL_JUMP),
            Map.entry("xbeginw", Transfer.CONDITIONAL_JUMP));

    private final String text;
    /** Where the first word begins that is not a prefix; the text's length if all are. */
    private final int start;

    ObjdumpText(String text) {
        this.text = text;
        int at = 0;
        while (at < text.length() && isPrefix(text, at)) {
            at = skipBlanks(wordEnd(at));
        }
        this.start = at;
    }

    private static boolean isPrefix(String text, int at) {
        int end = text.indexOf(' ', at);
        String word = text.substring(at, end < 0 ? text.length() : end);
        return PREFIXES.contains(word) || word.startsWith("rex");
    }

    private int wordEnd(int at) {
        int end = text.indexOf(' ', at);
        return end < 0 ? text.length() : end;
    }

    private int skipBlanks(int at) {
        int next = at;
        while (next < text.length() && text.charAt(next) == ' ') {
            next++;
        }
        return next;
    }

    /**
     * Returns whether there is an instruction: not "(bad)", not ".byte", and not prefixes alone, which objdump prints
     * where what follows them is bad or where another prefix makes REX void.
     */
    boolean isInstruction() {
        return start < text.length() && !text.contains("(bad)") && !text.startsWith(".byte", start);
    }

    private String mnemonic() {
        String word = text.substring(start, wordEnd(start));
        int hint = word.indexOf(',');
        return hint < 0 ? word : word.substring(0, hint);
    }

    private int operand() {
        return skipBlanks(wordEnd(start));
    }

    Transfer transfer() {
        String mnemonic = mnemonic();
        boolean indirect = operand() < text.length() && text.charAt(operand()) == '*';
        if (mnemonic.startsWith("jmp") || mnemonic.startsWith("ljmp")) {
            return indirect ? Transfer.INDIRECT_JUMP : Transfer.JUMP;
        }
        if (mnemonic.startsWith("call") || mnemonic.startsWith("lcall")) {
            return indirect ? Transfer.INDIRECT_CALL : Transfer.CALL;
        }
        if (mnemonic.startsWith("j") || mnemonic.startsWith("loop")) {
            return Transfer.CONDITIONAL_JUMP;
        }
        return TRANSFERS.getOrDefault(mnemonic, Transfer.NONE);
    }

    /** Returns the address that a relative branch names. */
    long branchTarget() {
        int from = text.startsWith("0x", operand()) ? operand() + 2 : operand();
        return Objdump.hex(text, from, wordEnd(from));
    }

    boolean isRipRelative() {
        return text.contains("(%rip)") || text.contains("(%eip)");
    }

    /** Returns the address that objdump computes for an operand relative to rip. */
    long ripTarget() {
        int from = text.indexOf("# ") + 2;
        int digits = text.startsWith("0x", from) ? from + 2 : from;
        return Objdump.hex(text, digits, wordEnd(digits));
    }
}
