package io.bpf4j.compiler.opt;

import static io.bpf4j.compiler.ir.Operand.constant;

import io.bpf4j.compiler.ir.Base;
import io.bpf4j.compiler.ir.Block;
import io.bpf4j.compiler.ir.Instruction;
import io.bpf4j.compiler.ir.Instruction.Atomic;
import io.bpf4j.compiler.ir.Instruction.Binary;
import io.bpf4j.compiler.ir.Instruction.Load;
import io.bpf4j.compiler.ir.Instruction.MapValueAddress;
import io.bpf4j.compiler.ir.Instruction.SlotAddress;
import io.bpf4j.compiler.ir.Instruction.Store;
import io.bpf4j.compiler.ir.IrFunction;
import io.bpf4j.compiler.ir.Operand.Constant;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.vm.isa.AluOperation;
import java.util.Optional;

/**
 * Moves constants that are added to an address into the offset of the access, and the slot of a slot's address into
 * its base. The context pointer is so never changed before an access, which the kernel would refuse.
 */
public final class FoldAddresses {

    private final Definitions definitions;

    private FoldAddresses(Definitions definitions) {
        this.definitions = definitions;
    }

    /** Runs the pass. */
    public static IrFunction run(IrFunction function) {
        FoldAddresses pass = new FoldAddresses(new Definitions(function));
        return Flow.mapInstructions(function, pass::fold);
    }

    private record Address(Base base, int offset) {}

    private Instruction fold(Block block, Instruction instruction) {
        return switch (instruction) {
            case Load(var result, var width, var signed, var base, var offset, var at) -> {
                Address address = simplest(base, offset);
                yield new Load(result, width, signed, address.base(), address.offset(), at);
            }
            case Store(var width, var base, var offset, var value, var at) -> {
                Address address = simplest(base, offset);
                yield new Store(width, address.base(), address.offset(), value, at);
            }
            case Atomic atomic -> {
                Address address = simplest(atomic.base(), atomic.offset());
                yield new Atomic(atomic.result(), atomic.operation(), atomic.width(), address.base(),
                        address.offset(), atomic.operand(), atomic.expected(), atomic.at());
            }
            case Binary binary -> sum(block, binary);
            default -> instruction;
        };
    }

    private Address simplest(Base base, int offset) {
        Address address = new Address(base, offset);
        while (address.base() instanceof Value value) {
            Optional<Address> further = further(value, address.offset());
            if (further.isEmpty()) {
                return address;
            }
            address = further.get();
        }
        return address;
    }

    private Optional<Address> further(Value value, int offset) {
        return definitions.only(value).map(definition -> switch (definition) {
            case SlotAddress slot -> new Address(slot.slot(), slot.offset() + offset);
            case Binary sum when addsConstant(sum) && sum.left() instanceof Value left
                    && offset + added(sum) == (short) (offset + added(sum)) ->
                new Address(left, offset + (int) added(sum));
            default -> null;
        });
    }

    /** Returns whether the instruction adds a constant to something that never changes. */
    private boolean addsConstant(Binary sum) {
        return sum.operation() == AluOperation.ADD && sum.wide() && sum.right() instanceof Constant
                && definitions.single(sum.left());
    }

    private static long added(Binary sum) {
        return ((Constant) sum.right()).value();
    }

    /** Adds to the address itself, or to what the other sum added, when both sums stand in one block. */
    private Instruction sum(Block block, Binary binary) {
        if (binary.operation() != AluOperation.ADD || !binary.wide()
                || !(binary.right() instanceof Constant(long added))) {
            return binary;
        }
        Instruction definition = definitions.only(binary.left()).orElse(null);
        return switch (definition) {
            case SlotAddress(var result, var slot, var offset, var at) ->
                new SlotAddress(binary.result(), slot, offset + (int) added, binary.at());
            case MapValueAddress(var result, var map, var offset, var at) ->
                new MapValueAddress(binary.result(), map, offset + (int) added, binary.at());
            case Binary first when addsConstant(first)
                    && definitions.onlyIn(block, binary.left()).isPresent() ->
                new Binary(binary.result(), AluOperation.ADD, true, first.left(),
                        constant(added(first) + added), binary.at());
            case null, default -> binary;
        };
    }
}
