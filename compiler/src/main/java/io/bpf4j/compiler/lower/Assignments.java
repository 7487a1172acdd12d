package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.ir.Operand;
import io.bpf4j.compiler.ir.Value;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Operator;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.vm.isa.AtomicOperation;
import io.bpf4j.vm.type.Type;
import java.util.Optional;

/** Lowers {@code =}, {@code op=}, {@code ++} and {@code --}. */
final class Assignments {
    private static final Operand NOTHING = Operand.constant(0);

    private final FunctionLowering function;
    private final CodeBuilder code;

    Assignments(FunctionLowering function) {
        this.function = function;
        code = function.code();
    }

    Operand assign(Expression.Assign assign) {
        Place place = assign.place();
        if (place instanceof Place.MapElement element) {
            return function.maps().assign(element, assign.value());
        }
        if (!Types.isScalar(place.type())) {
            function.memory().assign(place, assign.value());
            return NOTHING;
        }
        Operand value = function.expressions().value(assign.value());
        if (place instanceof Place.Local local) {
            function.places().assign(local.variable(), value);
        } else {
            Address address = function.places().address(place);
            code.store(place.type().size(), address, value);
        }
        return value;
    }

    /** @param wanted whether the result is used */
    Operand compound(Expression.Compound compound, boolean wanted) {
        if (compound.place() instanceof Place.MapElement element) {
            return function.maps().compound(element, compound, wanted);
        }
        Operand value = function.expressions().value(compound.value());
        if (compound.place() instanceof Place.Local local
                && function.variables().of(local.variable()) instanceof Storage.InRegister register) {
            Operand old = wanted && compound.yieldsOld() ? code.copyOf(register.value()) : register.value();
            Operand changed = changed(compound, register.value(), value);
            code.copy(register.value(), changed);
            return compound.yieldsOld() ? old : register.value();
        }
        Address address = function.places().address(compound.place());
        boolean shared = !function.variables().facts().isPrivate(compound.place());
        return update(compound, address, value, shared, wanted);
    }

    /**
     * Changes memory.
     *
     * @param value the right side, in the type of the computation
     * @param shared whether others may change the place at the same time
     */
    Operand update(Expression.Compound compound, Address address, Operand value, boolean shared,
            boolean wanted) {
        Type type = compound.place().type();
        Optional<AtomicOperation> atomic = Operations.atomic(compound.operator());
        if (shared && atomic.isPresent() && type.size() >= Integer.BYTES) {
            boolean subtract = compound.operator() == Operator.SUBTRACT;
            Operand operand = subtract ? code.negate(Types.wide(type), value) : value;
            Optional<Value> old = code.atomic(atomic.get(), type.size(), address, operand, wanted);
            return old.map(before -> compound.yieldsOld() ? before : changed(compound, before, value))
                    .orElse(NOTHING);
        }
        Value old = code.load(type.size(), Types.loadsSigned(type), address);
        Operand changed = changed(compound, old, value);
        code.store(type.size(), address, changed);
        return compound.yieldsOld() ? old : changed;
    }

    /** Computes what a place holds afterwards. */
    Operand changed(Expression.Compound compound, Operand old, Operand value) {
        Type type = compound.place().type();
        Type compute = compound.computeType();
        Conversions conversions = function.conversions();
        Operand left = conversions.convert(old, type, compute);
        Operand result = code.binary(Operations.of(compound.operator(), compute), Types.wide(compute), left,
                value);
        return conversions.convert(result, compute, type);
    }
}
