package io.bpf4j.vm.trampoline;

import io.bpf4j.vm.patch.Displaced;
import io.bpf4j.vm.patch.Reach;
import io.bpf4j.vm.x64.Label;
import io.bpf4j.vm.x64.MachineCode;
import java.util.List;

/** The displaced instructions in some code, which are made when it is known where the code will be. */
public final class Trampolines {

    private final List<Placed> placed;

    /** Displaced instructions and where they go. */
    record Placed(Label label, Displaced displaced) {}

    Trampolines(List<Placed> placed) {
        this.placed = List.copyOf(placed);
    }

    /** Returns the addresses at which the code may be put. */
    public Reach reach(MachineCode code) {
        Reach reach = Reach.ANYWHERE;
        for (Placed one : placed) {
            int offset = code.offsetOf(one.label());
            Reach own = one.displaced().reach();
            if (!own.equals(Reach.ANYWHERE)) {
                reach = reach.and(new Reach(own.lowest() - offset, own.highest() - offset));
            }
        }
        return reach;
    }

    /**
     * Returns the bytes of code that refers to nothing outside, for an address.
     *
     * @throws IllegalArgumentException if something is out of reach from there
     */
    public byte[] link(MachineCode code, long address) {
        byte[] bytes = code.link(address, symbol -> {
            throw new IllegalArgumentException(symbol.name() + " is nowhere");
        });
        for (Placed one : placed) {
            int offset = code.offsetOf(one.label());
            byte[] moved = one.displaced().at(address + offset);
            System.arraycopy(moved, 0, bytes, offset, moved.length);
        }
        return bytes;
    }
}
