package io.bpf4j.loader.user;

import io.bpf4j.loader.Session;
import io.bpf4j.loader.SessionOptions;
import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.AttachSpec.Uprobe.Site;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.program.ProgramUnit;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.VoidType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs for the functions of {@code survivor.c}; also a tool that can be killed. */
final class SurvivorProbes {

    static final List<String> FUNCTIONS = List.of("work", "mixed", "deep", "leap", "touch", "from_handler",
            "rest", "wait_inside", "text");

    private static final int SLOTS = 32;
    private static final MapSpec COUNTS = new MapSpec("counts", MapKind.ARRAY, IntType.U32, IntType.U64,
            SLOTS,
            0, new MapRole.Plain());
    private static final MapSpec EVENTS = new MapSpec("events", MapKind.RINGBUF, VoidType.VOID, VoidType.VOID,
            1 << 16, 0, new MapRole.Events(IntType.U64));
    private static final String COUNT = """
            *(u32 *)(r10 - 4) = %d
            r1 = map[counts] ll
            r2 = r10
            r2 += -4
            call bpf_map_lookup_elem
            if r0 == 0 goto done
            r1 = 1
            lock *(u64 *)(r0 + 0) += r1
            done:
            r0 = 0
            exit
            """;
    /** Reports the process after it has read a string, wherever that may be. */
    private static final String REPORT = """
            r3 = *(u64 *)(r1 + 112)
            r1 = r10
            r1 += -64
            r2 = 32
            call bpf_probe_read_user_str
            call bpf_get_current_pid_tgid
            *(u64 *)(r10 - 8) = r0
            r1 = map[events] ll
            r2 = r10
            r2 += -8
            r3 = 8
            r4 = 0
            call bpf_ringbuf_output
            r0 = 0
            exit
            """;

    private SurvivorProbes() {}

    /** Counts calls and returns of all functions, and reports those of text(). */
    static ProgramUnit all(Path program) {
        List<Program> programs = new ArrayList<>();
        for (String function : FUNCTIONS) {
            programs.add(program(program, function, Site.ENTRY, COUNT.formatted(entry(function))));
            programs.add(program(program, function, Site.RETURN, COUNT.formatted(entry(function) + 1)));
        }
        programs.add(program(program, "text", Site.ENTRY, REPORT));
        return new ProgramUnit("survivor", "GPL", programs, List.of(COUNTS, EVENTS), List.of(), List.of(),
                List.of(), List.of());
    }

    private static int entry(String function) {
        return 2 * FUNCTIONS.indexOf(function);
    }

    private static Program program(Path file, String function, Site site, String text) {
        var assembly = Assembler.assemble(text);
        return new Program(function + "_" + site.name().toLowerCase() + text.length(), ProgramType.KPROBE,
                new AttachSpec.Uprobe(file.toString(), function, 0, site), assembly.instructions(),
                assembly.references(), List.of(), List.of());
    }

    static Session open(Path program, int pid) {
        return new UserLoader(LinuxKernel.instance()).open(all(program), SessionOptions.of(List.of(pid)));
    }

    static long calls(Session session, String function) {
        return count(session, entry(function));
    }

    static long returns(Session session, String function) {
        return count(session, entry(function) + 1);
    }

    private static long count(Session session, int slot) {
        byte[] key = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(slot).array();
        return ByteBuffer.wrap(session.map("counts").lookup(key).orElseThrow()).order(ByteOrder.LITTLE_ENDIAN)
                .getLong();
    }

    /** A tool that attaches and detaches until it is killed. Arguments: the program, the process. */
    public static void main(String[] arguments) {
        System.out.println("ready");
        while (true) {
            open(Path.of(arguments[0]), Integer.parseInt(arguments[1])).close();
        }
    }
}
