package io.bpf4j.vm.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bpf4j.vm.object.Command;
import io.bpf4j.vm.type.StructType.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our layouts against clang's: random structs are printed as C, and clang checks every size and offset. */
class ClangLayoutTest {
    private static final String NUMBERS = """
            typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32;
            typedef unsigned long long u64; typedef signed char s8; typedef short s16; typedef int s32;
            typedef long long s64; typedef _Bool bool; typedef u64 kstack_t; typedef u64 ustack_t;
            """;

    private final Random random = new Random(3);
    private final List<StructType> structs = new ArrayList<>();
    private final List<EnumType> enums = new ArrayList<>();

    @Test
    void sizesAlignmentsAndOffsetsAreThoseOfClang(@TempDir Path directory) throws IOException {
        assumeTrue(Command.exists("clang"), "clang is not installed");
        enums.add(new EnumType("low", IntType.U32, List.of(new EnumType.Constant("ONE", 1))));
        enums.add(new EnumType("signs", IntType.S32, List.of(new EnumType.Constant("MINUS", -1))));
        enums.add(new EnumType("big", IntType.U64, List.of(new EnumType.Constant("LARGE", -1L))));
        while (structs.size() < 400) {
            structs.add(struct());
        }
        StringBuilder source = new StringBuilder(NUMBERS).append(TypePrinter.declarations(structs));
        for (StructType struct : structs) {
            String type = struct.spelling();
            check(source, "sizeof(" + type + ")", struct.size());
            check(source, "_Alignof(" + type + ")", struct.alignment());
            for (StructType.Field field : struct.fields()) {
                check(source, "__builtin_offsetof(" + type + ", " + field.name() + ")", field.offset());
            }
        }
        Path file = Files.writeString(directory.resolve("layout.c"), source);
        Command.Result result = Command.run("clang", "-target", "bpf", "-std=c11", "-fsyntax-only",
                file.toString());
        assertEquals(0, result.status(), result.output());
    }

    private static void check(StringBuilder source, String expression, int value) {
        source.append("_Static_assert(").append(expression).append(" == ").append(value).append(", \"\");\n");
    }

    private StructType struct() {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(9); i++) {
            members.add(new Member("f" + i, type(3)));
        }
        StructType.Kind kind = random.nextInt(4) == 0 ? StructType.Kind.UNION : StructType.Kind.STRUCT;
        return StructType.declare("s" + structs.size(), kind).complete(members);
    }

    private Type type(int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 8)) {
            case 0, 1, 2, 3 -> IntType.values()[random.nextInt(IntType.values().length)];
            case 4 -> enums.get(random.nextInt(enums.size()));
            case 5 ->
                new PointerType(random.nextInt(5) == 0 ? VoidType.VOID : type(depth - 1), AddressSpace.USER);
            case 6 -> new ArrayType(type(depth - 1), 1 + random.nextInt(5));
            default -> structs.isEmpty() ? IntType.U8 : structs.get(random.nextInt(structs.size()));
        };
    }
}
