package io.bpf4j.loader.kernel;

import java.util.regex.Pattern;

/** The verifier's usual objections (kernel/bpf/verifier.c, its verbose() calls) in the words of the probe language. */
enum Objection {
    /** The number is that of io.bpf4j.vm.btf.core.CoreRelocator.POISON. */
    NOT_IN_THIS_KERNEL("invalid func unknown#195896080",
            "the program gets to an access of a field or type that this kernel does not have",
            "'bpf4j disasm' names it; let the program ask first: bpf_core_field_exists(...)"),
    NULL_POINTER("invalid mem access '[a-z_]*_or_null'|R\\d pointer arithmetic on [a-z_]*_or_null prohibited",
            "this pointer may be null here",
            "test it first: if (!pointer) return;"),
    NULL_ARGUMENT("type=[a-z_]*_or_null expected",
            "this pointer may be null where it is passed on",
            "test it first: if (!pointer) return;"),
    /** Before what is said of numbers in general. */
    GIVEN_BACK("type=scalar expected=ringbuf_mem",
            "this is no record that is reserved and not yet given back",
            "submit or discard a record once"),
    NOT_AN_ADDRESS("type=scalar expected=",
            "this argument must be an address, and is a number",
            "give the address of a variable or of a map value"),
    NOT_OWN_MEMORY("invalid mem access '(scalar|inv)'",
            "this address is only a number to the verifier: it does not point into the program's own memory",
            "read the memory of the process with read_user(destination, address, size)"),
    OUT_OF_BOUNDS(
            "invalid access to (map value|memory|mem), |unbounded memory access|outside of the allowed memory"
                    + "|min value is (negative|outside)|unbounded min value|invalid (read from|write to) stack",
            "this access may lie outside of the memory that it belongs to",
            "compare the index with its limit right before, and use that same variable"),
    SIZE_ARGUMENT("R\\d unbounded memory access, (use|make)|R\\d min value is negative, either use unsigned",
            "this size may be negative or too large",
            "make it unsigned and compare it with the size of the destination right before"),
    ENDLESS("infinite loop detected|back-edge|BPF program is too large|too complex|jumps is too complex",
            "the verifier cannot see this loop end, or gives up on counting its rounds",
            "bound the loop by a constant that is small enough: for (u32 i = 0; i < 64; i++)"),
    NOT_RELEASED("[Uu]nreleased reference|reference leak|reference has not been acquired",
            "a reserved record is neither submitted nor discarded on this path",
            "call submit(record) or discard(record) on every way out"),
    UNINITIALISED("!read_ok|invalid (indirect )?read from stack",
            "a value is used that was never set on this path",
            "give the variable a value where it is declared"),
    HELPER_NOT_ALLOWED(
            "(unknown|invalid) func|helper call is not allowed|program of this type cannot use helper",
            "this kernel does not allow that function in this kind of probe",
            "'bpf4j features' shows what this kernel can do"),
    LICENSE("cannot call GPL",
            "this function is open only to programs under the GPL",
            "write license \"GPL\"; at the top of the file"),
    STACK_TOO_DEEP("combined stack size|stack depth \\d+ exceeds|tail_calls are not allowed",
            "the functions called here need more than the 512 bytes of stack that there are",
            "make local arrays smaller, or put them into a per-CPU map"),
    CALL_DEPTH("call stack of \\d+ frames is too deep",
            "more than 8 functions call each other, or one calls itself",
            "call them from one place in turn, not each from the one before; there is no recursion"),
    UNREACHABLE("unreachable insn",
            "nothing leads to this instruction",
            ""),
    RESULT("At program exit the register R0",
            "a program of this type must not return that",
            ""),
    CONSTANT_SIZE("is not a known constant",
            "this size must be a constant",
            "reserve the greatest size, or use bpf_ringbuf_output"),
    MISALIGNED("misaligned",
            "the offset of this access is no multiple of its size",
            ""),
    POINTER_ARITHMETIC("pointer arithmetic with .* operator prohibited",
            "this arithmetic makes no address",
            "only += and -= keep an address an address"),
    ARITHMETIC("div by zero|invalid shift",
            "this divides by the constant 0 or shifts too far",
            ""),
    MAP_KIND("cannot pass map_type|invalid zero-sized read",
            "this function does not take a map of that kind",
            ""),
    CONTEXT("invalid bpf_context access|dereference of modified ctx",
            "this kind of probe has no such argument or field",
            ""),
    READ_ONLY("write into map forbidden|cannot write into",
            "this memory can only be read",
            "");

    private final Pattern words;
    private final String explanation;
    private final String hint;

    Objection(String words, String explanation, String hint) {
        this.words = Pattern.compile(words);
        this.explanation = explanation;
        this.hint = hint;
    }

    /** Returns what the objection means. */
    String explanation() {
        return explanation;
    }

    /** Returns what to do about it, or an empty text. */
    String hint() {
        return hint;
    }

    /** Recognises the kernel's words; null if they are not known. */
    static Objection of(String kernelWords) {
        for (Objection objection : values()) {
            if (objection.words.matcher(kernelWords).find()) {
                return objection;
            }
        }
        return null;
    }
}
