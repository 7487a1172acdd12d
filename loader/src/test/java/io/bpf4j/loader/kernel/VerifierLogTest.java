package io.bpf4j.loader.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Logs as Linux 6.18 wrote them. */
class VerifierLogTest {

    @Test
    void theReasonIsTheLastLineThatIsNoStatistics() {
        assertEquals("R1 min value is outside of the allowed memory range",
                VerifierLog
                        .reason("""
                                0: R1=ctx() R10=fp0
                                9: (69) r0 = *(u16 *)(r1 +7)
                                invalid access to map value, value_size=8 off=7 size=2
                                R1 min value is outside of the allowed memory range
                                verification time 58 usec
                                stack depth 0
                                processed 4 insns (limit 1000000) max_states_per_insn 0
                                """)
                        .orElseThrow());
    }

    @Test
    void theReasonMayFollowAnInstructionOnItsLine() {
        assertEquals("BPF program is too large. Processed 1000001 insn",
                VerifierLog
                        .reason("""
                                lar(id=142856,umin=1) R4=scalar(id=142856,umin=1)
                                14: (bf) r3 = r4                      ; R3=scalar(id=142858) R4=scalar(id=142858)
                                15: (55) if r3 != 0x0 goto pc-5 BPF program is too large. Processed 1000001 insn
                                processed 1000001 insns (limit 1000000) max_states_per_insn 4
                                """)
                        .orElseThrow());
    }

    @Test
    void theStatesOfALoopAreNotTheReason() {
        assertEquals("infinite loop detected at insn 10",
                VerifierLog
                        .reason("""
                                10: (05) goto pc-1
                                infinite loop detected at insn 10
                                cur state: R0=0 R1=map_value(map=memory,ks=4,vs=8) R2=8 R10=fp0
                                old state: R0=0 R1=map_value(map=memory,ks=4,vs=8) R2=8 R10=fp0
                                processed 9 insns (limit 1000000) max_states_per_insn 0
                                """)
                        .orElseThrow());
    }

    @Test
    void aLogWithoutAReasonHasNone() {
        assertTrue(VerifierLog.reason("processed 9 insns (limit 1000000)\n").isEmpty());
        assertTrue(VerifierLog.reason("").isEmpty());
    }
}
