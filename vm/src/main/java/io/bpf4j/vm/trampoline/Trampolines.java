package io.bpf4j.vm.trampoline;

import io.bpf4j.vm.patch.Displaced;
import io.bpf4j.vm.patch.Reach;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.MachineCode;
import io.bpf4j.vm.x64.Symbol;
import java.util.List;
import java.util.function.ToLongFunction;

/** The code behind the patched places of one region, not yet at an address. */
public final class Trampolines {

    private final MachineCode code;
    private final List<Placed> placed;

    /** Displaced instructions and where they go. */
    record Placed(Label label, Displaced displaced) {}

    Trampolines(MachineCode code, List<Placed> placed) {
        this.code = code;
        this.placed = List.copyOf(placed);
    }

    /** Returns the number of bytes. */
    public int size() {
        return code.size();
    }

    /** Returns where a place is to jump to, in bytes from the start. */
    public int offsetOf(Label start) {
        return code.offsetOf(start);
    }

    /** Returns the addresses at which the code may be put. */
    public Reach reach() {
        Reach reach = Reach.ANYWHERE;
        for (Placed one : placed) {
            int offset = code.offsetOf(one.label());
            Reach own = one.displaced().reach();
            if (own.lowest() != Reach.ANYWHERE.lowest()) {
                reach = reach.and(new Reach(own.lowest() - offset, own.highest() - offset));
            }
        }
        return reach;
    }

    /**
     * Returns the bytes for an address.
     *
     * @param addresses gives each symbol's address
     * @throws IllegalArgumentException if something is out of reach from there
     */
    public byte[] link(long address, ToLongFunction<Symbol> addresses) {
        byte[] bytes = code.link(address, addresses);
        for (Placed one : placed) {
            int offset = code.offsetOf(one.label());
            byte[] moved = one.displaced().at(address + offset);
            System.arraycopy(moved, 0, bytes, offset, moved.length);
        }
        return bytes;
    }
}
