package io.bpf4j.loader.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.bpf4j.loader.sys.Kernel;
import io.bpf4j.loader.sys.Privileges;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.isa.AluOperation;
import io.bpf4j.vm.isa.Insn;
import io.bpf4j.vm.isa.Operand;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.isa.Width;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.Program;
import io.bpf4j.vm.verify.ContextModel;
import io.bpf4j.vm.verify.VerifiedProgram;
import io.bpf4j.vm.verify.Verifier;
import io.bpf4j.vm.verify.VerifierInput;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every read and write of every width at every offset of a context is allowed exactly where the kernel allows it. */
class ContextAgreementTest {

    @ParameterizedTest
    @EnumSource(names = {"KPROBE", "RAW_TRACEPOINT", "PERF_EVENT", "SOCKET_FILTER", "SCHED_CLS", "CGROUP_SKB",
        "XDP",
        "LWT_IN", "SK_SKB", "SK_MSG", "CGROUP_DEVICE", "CGROUP_SYSCTL"})
    void accessesAreAllowedWhereTheKernelAllowsThem(ProgramType type) {
        Kernel kernel = Privileges.rootKernel();
        List<String> differences = new ArrayList<>();
        for (Width width : Width.values()) {
            for (int offset = -8; offset < ContextModel.of(type).size() + 8; offset++) {
                compare(kernel, type, new Insn.Load(width, false, Register.R2, Register.R1, (short) offset),
                        differences);
                compare(kernel, type, new Insn.Store(width, Register.R1, (short) offset, Register.R2),
                        differences);
            }
        }
        assertEquals(List.of(), differences);
    }

    private static void compare(Kernel kernel, ProgramType type, Insn access, List<String> differences) {
        Program program = new Program("access", type, new AttachSpec.Manual(),
                List.of(set(Register.R2, 0), access, set(Register.R0, 1), new Insn.Exit()), List.of(),
                List.of(),
                List.of());
        boolean ours = Verifier.verify(program,
                VerifierInput.of(type, List.of(), "GPL")) instanceof VerifiedProgram;
        boolean kernels = KernelVerdict.of(kernel, program, List.of(), "GPL").isEmpty();
        if (ours != kernels) {
            differences.add(access + (ours ? " is accepted" : " is rejected"));
        }
    }

    private static Insn set(Register register, int number) {
        return new Insn.Alu(AluOperation.MOVE, true, register, Operand.immediate(number));
    }
}
