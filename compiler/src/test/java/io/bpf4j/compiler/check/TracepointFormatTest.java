package io.bpf4j.compiler.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.bpf4j.compiler.parse.Parser;
import io.bpf4j.compiler.source.DiagnosticPrinter;
import io.bpf4j.compiler.source.Diagnostics;
import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TracepointFormatTest {

    private static final String OPENAT = """
            name: sys_enter_openat
            ID: 671
            format:
            \tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
            \tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;

            \tfield:int __syscall_nr;\toffset:8;\tsize:4;\tsigned:1;
            \tfield:int dfd;\toffset:16;\tsize:8;\tsigned:0;
            \tfield:const char * filename;\toffset:24;\tsize:8;\tsigned:0;
            \tfield:umode_t mode;\toffset:40;\tsize:8;\tsigned:0;

            print fmt: "dfd: 0x%08lx", ((unsigned long)(REC->dfd))
            """;
    private static final String EXEC = """
            format:
            \tfield:__data_loc char[] filename;\toffset:8;\tsize:4;\tsigned:0;
            \tfield:pid_t pid;\toffset:12;\tsize:4;\tsigned:1;
            \tfield:char comm[16];\toffset:16;\tsize:16;\tsigned:0;
            \tfield:unsigned long args[6];\toffset:32;\tsize:48;\tsigned:0;
            \tfield:void * skb;\toffset:80;\tsize:8;\tsigned:0;
            \tfield:u8 saddr[4];\toffset:88;\tsize:4;\tsigned:0;
            """;

    private static String spelling(TracepointFormat format, String field) {
        return format.field(field).orElseThrow().type().spelling();
    }

    @Test
    void sizesDecideOverSpelledTypes() {
        TracepointFormat format = TracepointFormat.parse("syscalls", "sys_enter_openat", OPENAT);
        assertEquals(6, format.fields().size());
        assertEquals("s32", spelling(format, "__syscall_nr"));
        assertEquals("u64", spelling(format, "dfd"));
        assertEquals("u64", spelling(format, "mode"));
        assertEquals(new PointerType(IntType.CHAR, AddressSpace.USER),
                format.field("filename").orElseThrow().type());
        assertEquals(24, format.field("filename").orElseThrow().offset());
    }

    @Test
    void arraysPointersAndDataLocationsAreTold() {
        TracepointFormat format = TracepointFormat.parse("sched", "sched_process_exec", EXEC);
        assertTrue(format.field("filename").orElseThrow().dataLocation());
        assertEquals("char[16]", spelling(format, "comm"));
        assertEquals("u64[6]", spelling(format, "args"));
        assertEquals("u8[4]", spelling(format, "saddr"));
        assertEquals(AddressSpace.KERNEL,
                assertInstanceOf(PointerType.class, format.field("skb").orElseThrow().type()).space());
    }

    @Test
    void anyTextGivesAFormat() {
        for (String text : new String[]{"", "field:;", "field:x;offset:1;size:2;",
            "field:int ; offset:0; size:4;",
            "field:int x; offset:99999999999; size:4; signed:1;", "field:struct a b; offset:0; size:12;",
            "field:char[] x[; offset:0; size:0;", "\0\0field:int x[0]; offset:0;\tsize:0;\tsigned:1;"}) {
            TracepointFormat.parse("x", "y", text);
        }
    }

    @Test
    void fieldsOfParsedFormatsCanBeUsed() {
        TracepointFormats formats = (category, name) -> switch (name) {
            case "sys_enter_openat" -> Optional.of(TracepointFormat.parse(category, name, OPENAT));
            case "sched_process_exec" -> Optional.of(TracepointFormat.parse(category, name, EXEC));
            default -> Optional.empty();
        };
        String text = """
                map hash<u32, u64> seen;
                probe tracepoint:sched:sched_process_exec {
                    if (args->comm == "sh") printf("%s %s %d", args->filename, args->comm, args->pid);
                    seen[args->pid] = args->args[2];
                }
                probe tracepoint:syscalls:sys_enter_openat { printf("%s %d", args->filename, args->dfd); }
                """;
        Diagnostics diagnostics = new Diagnostics();
        Checker.check(Parser.parse(new SourceFile("t", text), diagnostics),
                new CheckOptions(formats.or(TracepointFormats.builtIn()),
                        () -> CheckOptions.TracepointAccess.FORMAT),
                diagnostics);
        assertFalse(diagnostics.hasErrors(), () -> new DiagnosticPrinter(false).print(diagnostics.sorted()));
    }
}
