package io.bpf4j.vm.btf;

import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.EnumType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.StructuralEquality;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects types and strings and writes them as BTF. Equal types get one id; structs are equal if all
 * that they say is.
 *
 * <p>Names are made into what the kernel accepts ({@link Names}); numbers are written as the kernel's own typedefs
 * ({@code u32} for {@code unsigned int}), so that a dump as C reads like the source.
 */
public final class BtfBuilder {

    /** Who may call a function or see a variable (include/uapi/linux/btf.h, enum btf_func_linkage). */
    public enum Linkage {
        STATIC,
        GLOBAL
    }

    /** A field of a struct that is no {@link StructType}, in bytes. */
    public record Member(String name, int type, int offset) {}

    /** A parameter of a function. */
    public record Parameter(String name, int type) {}

    /** A variable's place in its section, in bytes. */
    public record Placement(int variable, int offset, int size) {}

    private static final int ENCODING_SIGNED = 1;
    private static final int ENCODING_BOOL = 4;
    private static final int ENCODING_SHIFT = 24;

    private final List<int[]> types = new ArrayList<>();
    private final Map<IntBuffer, Integer> idByWords = new HashMap<>();
    /** By identity, which is faster; types that are equal but not the same come out as the same words. */
    private final Map<Type, Integer> idByType = new IdentityHashMap<>();
    private final Map<String, List<StructType>> structsByName = new HashMap<>();
    private final Map<String, Integer> strings = new LinkedHashMap<>();
    private int stringsSize = 1;

    /** Makes an empty builder. */
    public BtfBuilder() {
        strings.put("", 0);
    }

    /**
     * Adds a type with everything that it needs and returns its id; void is 0. A struct that is declared only, or
     * that nobody has looked into yet, becomes a forward declaration.
     */
    public int add(Type type) {
        Integer known = idByType.get(type);
        if (known != null) {
            return known;
        }
        int id = switch (type) {
            case VoidType ignored -> 0;
            case IntType number -> number(number);
            case EnumType constants -> enumeration(constants);
            case PointerType pointer -> addPointer(add(pointer.target()));
            case ArrayType array -> addArray(add(array.element()), array.length());
            case StructType struct -> struct(struct);
        };
        idByType.put(type, id);
        return id;
    }

    /** Adds a pointer to a type. */
    public int addPointer(int target) {
        return shared(record("", BtfKind.POINTER, 0, target));
    }

    /** Adds an array of a type. */
    public int addArray(int element, int length) {
        int index = add(IntType.U32);
        return shared(record("", BtfKind.ARRAY, 0, 0, element, index, length));
    }

    /** Adds a struct from ids, members by rising offset; each call adds another one. */
    public int addStruct(String name, List<Member> members, int size) {
        int id = reserve();
        types.set(id - 1,
                structRecord(name.isEmpty() ? "" : Names.identifier(name), BtfKind.STRUCT, members, size));
        return id;
    }

    /** Adds a variable. */
    public int addVariable(String name, int type, Linkage linkage) {
        return append(record(Names.identifier(name), BtfKind.VARIABLE, 0, type, linkage.ordinal()));
    }

    /** Adds a section of variables, by rising offset; its name keeps its leading dot. */
    public int addDataSection(String name, int size, List<Placement> variables) {
        int[] words = header(name, BtfKind.DATA_SECTION, variables.size(), false, size);
        int at = 3;
        for (Placement variable : variables) {
            words[at++] = variable.variable();
            words[at++] = variable.offset();
            words[at++] = variable.size();
        }
        return append(words);
    }

    /** Adds a function with its prototype and returns the id of the function. */
    public int addFunction(String name, List<Parameter> parameters, int result, Linkage linkage) {
        int[] words = header("", BtfKind.FUNCTION_PROTOTYPE, parameters.size(), false, result);
        int at = 3;
        for (Parameter parameter : parameters) {
            words[at++] = parameter.name().isEmpty() ? 0 : addString(Names.identifier(parameter.name()));
            words[at++] = parameter.type();
        }
        int prototype = shared(words);
        int[] function = record(Names.identifier(name), BtfKind.FUNCTION, linkage.ordinal(), prototype);
        return shared(function);
    }

    /** Adds a string, such as a line of source, and returns its offset; it ends before its first NUL. */
    public int addString(String text) {
        int end = text.indexOf('\0');
        String kept = end < 0 ? text : text.substring(0, end);
        Integer known = strings.get(kept);
        if (known != null) {
            return known;
        }
        int offset = stringsSize;
        strings.put(kept, offset);
        stringsSize = Math.addExact(offset, kept.getBytes(StandardCharsets.UTF_8).length + 1);
        return offset;
    }

    /** Returns everything that was added so far as BTF. */
    public byte[] build() {
        int typesSize = types.stream().mapToInt(words -> words.length * Integer.BYTES).sum();
        ByteBuffer out = ByteBuffer.allocate(BtfLayout.HEADER_SIZE + typesSize + stringsSize);
        out.order(ByteOrder.LITTLE_ENDIAN);
        out.putShort((short) BtfLayout.MAGIC).put((byte) BtfLayout.VERSION).put((byte) 0);
        out.putInt(BtfLayout.HEADER_SIZE);
        out.putInt(0).putInt(typesSize).putInt(typesSize).putInt(stringsSize);
        types.forEach(words -> Arrays.stream(words).forEach(out::putInt));
        strings.keySet().forEach(text -> out.put(text.getBytes(StandardCharsets.UTF_8)).put((byte) 0));
        return out.array();
    }

    private int number(IntType type) {
        String cName = switch (type) {
            case U8 -> "unsigned char";
            case U16 -> "unsigned short";
            case U32 -> "unsigned int";
            case U64, KERNEL_STACK, USER_STACK -> "unsigned long long";
            case S8 -> "signed char";
            case S16 -> "short";
            case S32 -> "int";
            case S64 -> "long long";
            case BOOL -> "_Bool";
            case CHAR -> "char";
        };
        int encoding = (type.signed() ? ENCODING_SIGNED : 0) | (type == IntType.BOOL ? ENCODING_BOOL : 0);
        int bits = type.size() * Byte.SIZE;
        int id = shared(record(cName, BtfKind.INT, 0, type.size(), encoding << ENCODING_SHIFT | bits));
        return type == IntType.CHAR ? id : shared(record(type.spelling(), BtfKind.TYPEDEF, 0, id));
    }

    private int enumeration(EnumType type) {
        boolean wide = type.size() == Long.BYTES;
        List<EnumType.Constant> constants = type.constants();
        // Kernels before 6.0 know no flag here, so it is set only where it makes a difference.
        boolean signed = type.underlying().signed() && constants.stream().anyMatch(each -> each.value() < 0);
        int[] words = header(type.name().isEmpty() ? "" : Names.identifier(type.name()),
                wide ? BtfKind.ENUM64 : BtfKind.ENUM, constants.size(), signed, type.size());
        int at = 3;
        for (EnumType.Constant constant : constants) {
            words[at++] = addString(Names.identifier(constant.name()));
            words[at++] = (int) constant.value();
            if (wide) {
                words[at++] = (int) (constant.value() >>> Integer.SIZE);
            }
        }
        return shared(words);
    }

    private int struct(StructType type) {
        List<StructType> namesakes = structsByName.computeIfAbsent(type.name(), key -> new ArrayList<>());
        for (StructType namesake : namesakes) {
            if (StructuralEquality.same(namesake, type)) {
                return idByType.get(namesake);
            }
        }
        namesakes.add(type);
        boolean union = type.kind() == StructType.Kind.UNION;
        String name = type.name().isEmpty() ? "" : Names.identifier(type.name());
        if (type.isPending() || !type.isComplete()) {
            int forward = append(header(name, BtfKind.FORWARD, 0, union, 0));
            idByType.put(type, forward);
            return forward;
        }
        int id = reserve();
        idByType.put(type, id);
        List<Member> members = new ArrayList<>();
        for (StructType.Field field : type.fields()) {
            members.add(new Member(field.name(), add(field.type()), field.offset()));
        }
        // The kernel wants rising offsets; fields of an unnamed union within may come in another order.
        members.sort((left, right) -> Integer.compare(left.offset(), right.offset()));
        types.set(id - 1, structRecord(name, union ? BtfKind.UNION : BtfKind.STRUCT, members, type.size()));
        return id;
    }

    private int[] structRecord(String name, BtfKind kind, List<Member> members, int size) {
        int[] words = header(name, kind, members.size(), false, size);
        int at = 3;
        for (Member member : members) {
            words[at++] = member.name().isEmpty() ? 0 : addString(Names.identifier(member.name()));
            words[at++] = member.type();
            words[at++] = Math.multiplyExact(member.offset(), Byte.SIZE);
        }
        return words;
    }

    private int[] record(String name, BtfKind kind, int elements, int value, int... more) {
        int[] words = new int[3 + more.length];
        words[0] = addString(name);
        words[1] = BtfLayout.info(kind, elements, false);
        words[2] = value;
        System.arraycopy(more, 0, words, 3, more.length);
        return words;
    }

    private int[] header(String name, BtfKind kind, int elements, boolean flag, int value) {
        if (elements > BtfLayout.MAX_ELEMENTS) {
            throw new IllegalArgumentException(name + " has " + elements + " elements, the most is "
                    + BtfLayout.MAX_ELEMENTS);
        }
        int[] words = new int[kind.recordSize(elements) / Integer.BYTES];
        words[0] = addString(name);
        words[1] = BtfLayout.info(kind, elements, flag);
        words[2] = value;
        return words;
    }

    private int shared(int[] words) {
        IntBuffer key = IntBuffer.wrap(words);
        Integer known = idByWords.get(key);
        if (known == null) {
            known = append(words);
            idByWords.put(key, known);
        }
        return known;
    }

    private int append(int[] words) {
        types.add(words);
        return types.size();
    }

    private int reserve() {
        types.add(new int[0]);
        return types.size();
    }
}
