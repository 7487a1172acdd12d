package io.bpf4j.vm.btf;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BiFunction;

/**
 * BTF to look things up in, such as {@code /sys/kernel/btf/vmlinux}. The bytes may come from anywhere: whatever is
 * wrong in them gives a {@link BtfException}, at the latest when the type in question is asked for.
 *
 * <p>Parsing walks over the records once to find where they start; types are decoded when they are asked for, and the
 * index of names is made for the first search. Safe for use by several threads.
 */
public final class Btf {
    /** How much of a name counts for its place in the index; long names of hostile input cost no more. */
    private static final int HASHED_NAME = 64;
    /** The kernel's limit of types within types (kernel/bpf/btf.c, MAX_RESOLVE_DEPTH). */
    static final int MAX_DEPTH = 32;

    private final BtfSections sections;
    private final ByteBuffer in;
    private final int[] offsets;
    private volatile NameIndex index;

    /** Chains of ids by hash of the name; rising within a chain. */
    private record NameIndex(int[] heads, int[] next) {}

    private Btf(BtfSections sections, int[] offsets) {
        this.sections = sections;
        this.in = sections.in();
        this.offsets = offsets;
    }

    /**
     * Parses BTF.
     *
     * @param bytes must not be changed afterwards
     * @throws BtfException if the header, the strings or the frame of a record is wrong
     */
    public static Btf parse(byte[] bytes) {
        BtfSections sections = BtfSections.of(bytes);
        int[] found = new int[1024];
        int count = 1;
        int at = sections.typeStart();
        while (at < sections.typeEnd()) {
            int size = sections.recordSize(sections.info(at, count), at, count);
            if (count == found.length) {
                found = Arrays.copyOf(found, count * 2);
            }
            found[count++] = at;
            at += size;
        }
        return new Btf(sections, Arrays.copyOf(found, count));
    }

    /**
     * Finds the first type of a kind and name in BTF that is searched only once: makes no index, which costs more than
     * one search, and looks at nothing behind the type.
     *
     * @throws BtfException if the header, the strings or the frame of a record is wrong
     */
    public static OptionalInt find(byte[] bytes, BtfKind kind, String name) {
        BtfSections sections = BtfSections.of(bytes);
        byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
        // A kernel has 150,000 types, and this runs once, before anything is compiled: a loop over plain numbers.
        int[] words = sections.typeWords();
        int[] sizes = BtfKind.fixedWords();
        int[] elementSizes = BtfKind.elementWords();
        int at = 0;
        for (int id = 1; at < words.length; id++) {
            int info = at + 1 < words.length ? words[at + 1] : 0;
            int number = BtfLayout.kindNumber(info);
            if (number == 0 || number >= sizes.length) {
                throw new BtfException("type " + id + " is of the unknown kind " + number + " or cut off");
            }
            if (number == kind.number() && words[at] != 0 && sections.stringEquals(words[at], wanted)) {
                return OptionalInt.of(id);
            }
            at += sizes[number] + elementSizes[number] * BtfLayout.elements(info);
        }
        if (at > words.length) {
            throw new BtfException("the last type is cut off");
        }
        return OptionalInt.empty();
    }

    /** Returns one more than the highest id. */
    public int size() {
        return offsets.length;
    }

    /** Returns the kind of a type without decoding it. */
    public BtfKind kind(int id) {
        check(id);
        return id == 0
                ? BtfKind.VOID
                : BtfKind.of(BtfLayout.kindNumber(in.getInt(offsets[id] + BtfLayout.TYPE_INFO_OFFSET)));
    }

    /** Returns the name of a type without decoding the rest; empty if there is none. */
    public String name(int id) {
        check(id);
        return id == 0 ? "" : string(in.getInt(offsets[id]));
    }

    /** Finds the first type of a kind and name. */
    public OptionalInt find(BtfKind kind, String name) {
        byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
        NameIndex names = index();
        int hash = hash(wanted, 0, wanted.length);
        for (int id = names.heads[hash & names.heads.length - 1]; id != 0; id = names.next[id]) {
            if (kind(id) == kind && sections.stringEquals(in.getInt(offsets[id]), wanted)) {
                return OptionalInt.of(id);
            }
        }
        return OptionalInt.empty();
    }

    /** Finds the first type of a kind and name and decodes it. */
    public <T extends BtfType> Optional<T> find(BtfKind kind, String name, Class<T> type) {
        OptionalInt id = find(kind, name);
        return id.isEmpty() ? Optional.empty() : Optional.of(type.cast(type(id.getAsInt())));
    }

    /**
     * Returns the ids of all types of a name, and of those whose name goes on with a mark and more, by rising id.
     *
     * @param mark what separates a name from what may follow it, such as {@code ___}
     */
    public List<Integer> namedLike(String name, String mark) {
        byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
        byte[] marked = (name + mark).getBytes(StandardCharsets.UTF_8);
        List<Integer> found = new ArrayList<>();
        for (int id = 1; id < offsets.length; id++) {
            int at = in.getInt(offsets[id]);
            if (at != 0 && (sections.stringEquals(at, wanted) || sections.stringStarts(at, marked))) {
                found.add(id);
            }
        }
        return List.copyOf(found);
    }

    /** Decodes a type. */
    public BtfType type(int id) {
        check(id);
        if (id == 0) {
            return new BtfType.Void();
        }
        int at = offsets[id];
        String name = string(in.getInt(at));
        int info = in.getInt(at + BtfLayout.TYPE_INFO_OFFSET);
        int value = in.getInt(at + BtfLayout.TYPE_VALUE_OFFSET);
        int more = at + BtfLayout.TYPE_SIZE;
        BtfKind kind = kind(id);
        return switch (kind) {
            case VOID -> new BtfType.Void();
            case INT -> number(name, value, in.getInt(more));
            case POINTER -> new BtfType.Pointer(reference(value));
            case ARRAY -> new BtfType.Array(reference(in.getInt(more)), reference(in.getInt(more + 4)),
                    positive(in.getInt(more + 8)));
            case STRUCT, UNION ->
                new BtfType.Struct(name, kind == BtfKind.UNION, positive(value), members(at, info));
            case ENUM, ENUM64 -> new BtfType.Enumeration(name, positive(value), BtfLayout.flag(info),
                    constants(kind, at, info));
            case FORWARD -> new BtfType.Forward(name, BtfLayout.flag(info));
            case TYPEDEF -> new BtfType.Typedef(name, reference(value));
            case VOLATILE, CONST, RESTRICT, TYPE_TAG -> new BtfType.Qualified(kind, name, reference(value));
            case FUNCTION -> new BtfType.Function(name, reference(value), BtfLayout.elements(info));
            case FUNCTION_PROTOTYPE -> new BtfType.Prototype(reference(value), elements(at, info, kind,
                    (first, second) -> new BtfType.Parameter(string(in.getInt(first)),
                            reference(in.getInt(second)))));
            case VARIABLE -> new BtfType.Variable(name, reference(value), in.getInt(more));
            case DATA_SECTION -> new BtfType.DataSection(name, positive(value), elements(at, info, kind,
                    (first, second) -> new BtfType.Placement(reference(in.getInt(first)), in.getInt(second),
                            in.getInt(second + 4))));
            case FLOAT -> new BtfType.FloatingPoint(name, positive(value));
            case DECLARATION_TAG -> new BtfType.DeclarationTag(name, reference(value), in.getInt(more));
        };
    }

    /** Follows typedefs, qualifiers and tags to the type behind them. */
    public int resolve(int id) {
        int at = id;
        for (int steps = 0; steps <= MAX_DEPTH; steps++) {
            switch (kind(at)) {
                case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG ->
                    at = reference(in.getInt(offsets[at] + BtfLayout.TYPE_VALUE_OFFSET));
                default -> {
                    return at;
                }
            }
        }
        throw new BtfException(
                "type " + id + " is a name of a name of a name, more than " + MAX_DEPTH + " times");
    }

    /** Finds the prototype of a kernel function. */
    public Optional<BtfType.Prototype> function(String name) {
        return find(BtfKind.FUNCTION, name, BtfType.Function.class)
                .map(found -> prototype(found.prototype()));
    }

    /**
     * Finds the prototype of a raw tracepoint (include/trace/bpf_probe.h: the typedef {@code btf_trace_NAME}). Its
     * first parameter, {@code void *__data}, is not among the arguments that a program gets. The typedef has no names
     * of parameters; they are taken from the function that calls the probes (include/linux/tracepoint.h,
     * {@code __traceiter_NAME}).
     */
    public Optional<BtfType.Prototype> tracepoint(String name) {
        Optional<BtfType.Prototype> typed = tracepointType(name);
        Optional<BtfType.Prototype> named = function("__traceiter_" + name);
        return typed.isPresent() && named.isPresent()
                && named.get().parameters().size() == typed.get().parameters().size() ? named : typed;
    }

    private Optional<BtfType.Prototype> tracepointType(String name) {
        return find(BtfKind.TYPEDEF, "btf_trace_" + name, BtfType.Typedef.class).map(typedef -> {
            if (type(resolve(typedef.target())) instanceof BtfType.Pointer pointer) {
                return prototype(pointer.target());
            }
            throw new BtfException("btf_trace_" + name + " is no pointer to a function");
        });
    }

    /** Returns the ids of the functions that programs may call by BTF id (those tagged bpf_kfunc), by rising id. */
    public List<Integer> kernelFunctions() {
        List<Integer> found = new ArrayList<>();
        byte[] tag = "bpf_kfunc".getBytes(StandardCharsets.UTF_8);
        for (int id = 1; id < offsets.length; id++) {
            if (kind(id) == BtfKind.DECLARATION_TAG && sections.stringEquals(in.getInt(offsets[id]), tag)) {
                int target = reference(in.getInt(offsets[id] + BtfLayout.TYPE_VALUE_OFFSET));
                if (kind(target) == BtfKind.FUNCTION) {
                    found.add(target);
                }
            }
        }
        return found.stream().sorted().distinct().toList();
    }

    private BtfType.Prototype prototype(int id) {
        if (type(id) instanceof BtfType.Prototype prototype) {
            return prototype;
        }
        throw new BtfException("type " + id + " is no function prototype");
    }

    private static BtfType number(String name, int size, int packed) {
        return new BtfType.Int(name, positive(size), packed >>> 24 & 0xf, packed >>> 16 & 0xff,
                packed & 0xff);
    }

    private List<BtfType.Member> members(int at, int info) {
        boolean bitFields = BtfLayout.flag(info);
        return elements(at, info, BtfKind.STRUCT, (first, second) -> {
            int packed = in.getInt(second + 4);
            return new BtfType.Member(string(in.getInt(first)), reference(in.getInt(second)),
                    bitFields ? packed & 0xff_ffff : positive(packed), bitFields ? packed >>> 24 : 0);
        });
    }

    private List<BtfType.Constant> constants(BtfKind kind, int at, int info) {
        boolean signed = BtfLayout.flag(info);
        return elements(at, info, kind, (first, second) -> {
            int low = in.getInt(second);
            long value = kind == BtfKind.ENUM64
                    ? Integer.toUnsignedLong(low) | (long) in.getInt(second + 4) << 32
                    : signed ? low : Integer.toUnsignedLong(low);
            return new BtfType.Constant(string(in.getInt(first)), value);
        });
    }

    /** Decodes what follows a type, element by element: the function gets the offsets of the first and second word. */
    private static <T> List<T> elements(int at, int info, BtfKind kind,
            BiFunction<Integer, Integer, T> decode) {
        int size = kind.recordSize(1) - kind.recordSize(0);
        int start = at + kind.recordSize(0);
        List<T> result = new ArrayList<>();
        for (int i = 0; i < BtfLayout.elements(info); i++) {
            result.add(decode.apply(start + i * size, start + i * size + 4));
        }
        return List.copyOf(result);
    }

    private NameIndex index() {
        NameIndex made = index;
        if (made == null) {
            int[] heads = new int[Integer.highestOneBit(Math.max(offsets.length, 8)) * 2];
            int[] next = new int[offsets.length];
            for (int id = offsets.length - 1; id > 0; id--) {
                int name = in.getInt(offsets[id]);
                if (name != 0) {
                    int start = sections.stringAt(name);
                    int slot = hash(in.array(), start, sections.stringEnd()) & heads.length - 1;
                    next[id] = heads[slot];
                    heads[slot] = id;
                }
            }
            made = new NameIndex(heads, next);
            index = made;
        }
        return made;
    }

    private static int hash(byte[] bytes, int start, int end) {
        int hash = 0;
        for (int i = start; i < Math.min(end, start + HASHED_NAME) && bytes[i] != 0; i++) {
            hash = hash * 31 + bytes[i];
        }
        return hash ^ hash >>> 15;
    }

    /**
     * Returns the string at an offset of the string section.
     *
     * @throws BtfException if there is none
     */
    public String string(int offset) {
        int start = sections.stringAt(offset);
        int end = start;
        while (in.get(end) != 0) {
            end++;
        }
        return new String(in.array(), start, end - start, StandardCharsets.UTF_8);
    }

    private int reference(int id) {
        check(id);
        return id;
    }

    private void check(int id) {
        if (id < 0 || id >= offsets.length) {
            throw new BtfException("no type " + Integer.toUnsignedString(id) + ", the last one is "
                    + (offsets.length - 1));
        }
    }

    private static int positive(int value) {
        if (value < 0) {
            throw new BtfException("a size, length or offset of " + Integer.toUnsignedString(value));
        }
        return value;
    }
}
