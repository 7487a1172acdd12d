package io.bpf4j.loader.inprocess;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.bpf4j.loader.sys.LinuxKernel;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.engine.Engine;
import io.bpf4j.vm.engine.Execution;
import io.bpf4j.vm.engine.HelperTable;
import io.bpf4j.vm.engine.Interpreter;
import io.bpf4j.vm.engine.Machine;
import io.bpf4j.vm.jit.jvm.JvmCompiler;
import io.bpf4j.vm.map.MapTable;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.text.Assembler;
import io.bpf4j.vm.verify.VerifiedProgram;
import io.bpf4j.vm.verify.Verifier;
import io.bpf4j.vm.verify.VerifierInput;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is left out because of a proof changes no result: divisions of the verifier's programs in every engine. */
class ProvedProgramTest {

    private static final int CONTEXT = 168;
    private static final long[] VALUES = {0, 1, -1, 7, 0x1_0000_0000L, Long.MIN_VALUE, Long.MAX_VALUE};

    @ParameterizedTest
    @ValueSource(strings = {"/=", "%=", "s/=", "s%="})
    void provedDivisionsGiveWhatTheInterpreterGives(String operator) {
        Program program = new Program("test", ProgramType.KPROBE, new AttachSpec.Manual(),
                Assembler.assemble("""
                        r0 = *(u64 *)(r1 + 0)
                        r2 = *(u64 *)(r1 + 8)
                        if r2 == 0 goto end
                        r0 %s r2
                        end:
                        exit
                        """.formatted(operator)).instructions(), List.of(), List.of(), List.of());
        VerifiedProgram verified = assertInstanceOf(VerifiedProgram.class,
                Verifier.verify(program, VerifierInput.of(ProgramType.KPROBE, List.of(), "GPL")));
        try (NativeBlock block = new NativeBlock(LinuxKernel.instance(), Execution.bytes(CONTEXT));
                NativeEngine machineCode = new NativeEngine(LinuxKernel.instance(),
                        HostProcessor.features())) {
            Machine machine = new Machine(block.memory(), new MapTable(List.of()), HelperTable.EMPTY);
            Execution execution = new Execution(machine, null, block.memory().base(), CONTEXT, 0);
            for (long left : VALUES) {
                for (long right : VALUES) {
                    byte[] context = ByteBuffer.allocate(CONTEXT).order(ByteOrder.LITTLE_ENDIAN).putLong(left)
                            .putLong(right).array();
                    long address = execution.setContext("the context", context, false);
                    long expected = new Interpreter().prepare(program, machine).run(execution, address, 0);
                    for (Engine engine : List.of(machineCode, new JvmCompiler(Assertions::fail),
                            new Interpreter())) {
                        assertEquals(expected, engine.prepare(verified, machine).run(execution, address, 0),
                                () -> engine.name() + ": " + left + " " + operator + " " + right);
                    }
                }
            }
        }
    }
}
