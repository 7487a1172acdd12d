package io.bpf4j.vm.verify;

import io.bpf4j.vm.abi.Helper;
import io.bpf4j.vm.isa.Register;
import io.bpf4j.vm.program.MapSpec;
import java.nio.charset.StandardCharsets;

/** Constant texts, and the formats among them (kernel/bpf/helpers.c, bpf_bprintf_prepare). */
final class FormatCheck {

    private FormatCheck() {}

    /** Checks the size of a format's arguments, and the format itself where it is a constant. */
    static void check(Walk walk, Helper helper) {
        Register sizeRegister = Register.R5;
        if (helper == Helper.TRACE_VPRINTK) {
            sizeRegister = Register.R4;
        }
        Scalar size = (Scalar) walk.frame().get(sizeRegister);
        if (!size.range().isConstant() || size.range().value() % Long.BYTES != 0) {
            if (helper != Helper.SNPRINTF) {
                return;
            }
            throw Refusal.of(RejectionKind.ARGUMENT, sizeRegister.number(), "the size of the arguments, "
                    + sizeRegister + ", must be a constant that is a multiple of 8; it is " + size, "");
        }
        if (helper == Helper.SNPRINTF) {
            long given = size.range().value() / Long.BYTES;
            int wanted = conversions(
                    requireConstantText(Register.R3.number(), walk.frame().get(Register.R3)));
            if (wanted < 0 || wanted > given) {
                throw Refusal.of(RejectionKind.ARGUMENT, Register.R3.number(), wanted < 0
                        ? "the format has a conversion that bpf_snprintf does not know"
                        : "the format wants " + wanted + " arguments, but has " + given, "");
            }
        }
    }

    /** Checks that a pointer is to a zero-terminated text that nobody can change; returns the text. */
    static String requireConstantText(int register, Value value) {
        if (!(value instanceof Pointer pointer) || pointer.nullable() || !pointer.isFixed()
                || !(pointer.target() instanceof PointerTarget.MapValue(MapSpec map))) {
            throw Refusal.of(RejectionKind.ARGUMENT, register, "r" + register
                    + " must point to a constant text, and is " + HelperArguments.describe(value), "");
        }
        if (!MapRules.isConstant(map)) {
            throw Refusal.of(RejectionKind.ARGUMENT, register,
                    "r" + register + " must point to a constant text, but "
                            + map.name() + " is not read-only",
                    "");
        }
        byte[] data = map.initialData();
        long start = pointer.fixedOffset();
        for (long end = start; start >= 0 && end < map.valueSize(); end++) {
            if (end >= data.length || data[(int) end] == 0) {
                int from = (int) Math.min(start, data.length);
                return new String(data, from, (int) Math.min(end, data.length) - from,
                        StandardCharsets.ISO_8859_1);
            }
        }
        throw Refusal.of(RejectionKind.ARGUMENT, register,
                "the text that r" + register + " points to does not end with a zero byte", "");
    }

    /** Returns how many arguments a format takes, or -1 if it has a conversion that the kernel does not know. */
    private static int conversions(String format) {
        int count = 0;
        for (int at = format.indexOf('%'); at >= 0; at = format.indexOf('%', at + 1)) {
            at++;
            while (at < format.length() && "-+ #0123456789.l".indexOf(format.charAt(at)) >= 0) {
                at++;
            }
            if (at == format.length() || "%cdiuxXspB".indexOf(format.charAt(at)) < 0) {
                return -1;
            }
            count += format.charAt(at) == '%' ? 0 : 1;
        }
        return count;
    }
}
