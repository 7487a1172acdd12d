package io.bpf4j.compiler.lower;

import io.bpf4j.compiler.source.SourceFile;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.BuiltinFunction;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Expression.Operator;
import io.bpf4j.compiler.typed.FunctionSymbol;
import io.bpf4j.compiler.typed.GlobalVariable;
import io.bpf4j.compiler.typed.LocalVariable;
import io.bpf4j.compiler.typed.MapMethod;
import io.bpf4j.compiler.typed.MapVariable;
import io.bpf4j.compiler.typed.Place;
import io.bpf4j.compiler.typed.Statement;
import io.bpf4j.compiler.typed.TypedProbe;
import io.bpf4j.compiler.typed.TypedUnit;
import io.bpf4j.vm.abi.ProgramType;
import io.bpf4j.vm.abi.PtRegs;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.program.AttachSpec;
import io.bpf4j.vm.program.MapKind;
import io.bpf4j.vm.program.MapRole;
import io.bpf4j.vm.program.MapSpec;
import io.bpf4j.vm.program.OutputSite;
import io.bpf4j.vm.type.AddressSpace;
import io.bpf4j.vm.type.ArrayType;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.PointerType;
import io.bpf4j.vm.type.StructType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Short names to write checked trees with. */
final class Tree {
    static final Span AT = new Span(new SourceFile("test.probe", ""), 1, 1, 1, 1);

    final List<MapVariable> maps = new ArrayList<>();
    final List<GlobalVariable> globals = new ArrayList<>();
    final List<FunctionSymbol> functions = new ArrayList<>();
    final List<OutputSite> outputs = new ArrayList<>();

    TypedUnit unit(Statement... body) {
        return unit(ProgramType.KPROBE, body);
    }

    TypedUnit unit(ProgramType type, Statement... body) {
        AttachSpec attach = new AttachSpec.Tracepoint("test", "point");
        TypedProbe probe = new TypedProbe("probe", attach, type, block(body), AT);
        return new TypedUnit(AT.file(), "GPL", globals, maps, functions, List.of(probe), outputs, List.of());
    }

    MapVariable map(String name, MapKind kind, Type key, Type value, int entries) {
        return map(name, kind, key, value, entries, new MapRole.Plain());
    }

    MapVariable map(String name, MapKind kind, Type key, Type value, int entries, MapRole role) {
        MapVariable map = new MapVariable(new MapSpec(name, kind, key, value, entries, 0, role), AT);
        maps.add(map);
        return map;
    }

    MapVariable ring(String name, Type record) {
        return map(name, MapKind.RINGBUF, VoidType.VOID, VoidType.VOID, 4096, new MapRole.Events(record));
    }

    GlobalVariable global(String name, Type type, boolean constant, byte... initial) {
        GlobalVariable global = new GlobalVariable(name, type, constant,
                java.util.Arrays.copyOf(initial, type.size()), "", AT);
        globals.add(global);
        return global;
    }

    FunctionSymbol function(String name, Type result, List<LocalVariable> parameters, Statement... body) {
        FunctionSymbol function = new FunctionSymbol(name, parameters, result, AT);
        function.define(block(body));
        functions.add(function);
        return function;
    }

    static LocalVariable local(String name, Type type) {
        return new LocalVariable(name, type, AT);
    }

    static StructType struct(String name, Object... fields) {
        List<StructType.Member> members = new ArrayList<>();
        for (int i = 0; i < fields.length; i += 2) {
            members.add(new StructType.Member((String) fields[i], (Type) fields[i + 1]));
        }
        return StructType.struct(name, members);
    }

    static ArrayType array(Type element, int length) {
        return new ArrayType(element, length);
    }

    static PointerType own(Type target) {
        return new PointerType(target, AddressSpace.OWN);
    }

    static PointerType user(Type target) {
        return new PointerType(target, AddressSpace.USER);
    }

    static Statement.Block block(Statement... statements) {
        return new Statement.Block(List.of(statements), AT);
    }

    static Statement declare(LocalVariable variable, Expression value) {
        return new Statement.Declare(variable, Optional.ofNullable(value), AT);
    }

    static Statement run(Expression expression) {
        return new Statement.Evaluate(expression, AT);
    }

    static Statement when(Expression condition, Statement whenTrue) {
        return new Statement.If(condition, whenTrue, Optional.empty(), AT);
    }

    static Statement when(Expression condition, Statement whenTrue, Statement whenFalse) {
        return new Statement.If(condition, whenTrue, Optional.of(whenFalse), AT);
    }

    static Statement loop(Expression condition, Expression update, Statement body, boolean unroll) {
        return new Statement.Loop(Optional.of(condition), Optional.of(update), body, false, unroll, AT);
    }

    static Statement leave(Expression value) {
        return new Statement.Return(Optional.ofNullable(value), AT);
    }

    static Place place(LocalVariable variable) {
        return new Place.Local(variable, AT);
    }

    static Place place(GlobalVariable variable) {
        return new Place.Global(variable, AT);
    }

    static Place pointee(Expression pointer) {
        return new Place.Pointee(pointer, ((PointerType) pointer.type()).target(), AT);
    }

    static Place field(Place base, String name) {
        StructType.Field field = ((StructType) base.type()).field(name).orElseThrow();
        return new Place.Member(base, field.offset(), field.type(), AT);
    }

    static Place element(Place base, Expression index) {
        return new Place.Element(base, index, ((ArrayType) base.type()).element(), AT);
    }

    static Place entry(MapVariable map, Expression key) {
        return new Place.MapElement(map, key, map.spec().value(), AT);
    }

    static Expression register(PtRegs register) {
        return read(new Place.Context(register.offset(), IntType.U64, AT));
    }

    static Expression read(Place place) {
        return new Expression.Read(place, AT);
    }

    static Expression read(LocalVariable variable) {
        return read(place(variable));
    }

    static Expression number(long value, Type type) {
        return new Expression.Constant(value, type, AT);
    }

    static Expression text(String value, int length) {
        return new Expression.Text(value, array(IntType.CHAR, length), AT);
    }

    static Expression address(Place place) {
        Type target = place.type() instanceof ArrayType array ? array.element() : place.type();
        return new Expression.AddressOf(place, own(target), AT);
    }

    static Expression assign(Place place, Expression value) {
        return new Expression.Assign(place, value, AT);
    }

    static Expression compound(Operator operator, Place place, Expression value) {
        return new Expression.Compound(operator, place, value, value.type(), false, AT);
    }

    static Expression increment(Place place) {
        Type compute = place.type().size() == 8 ? place.type() : IntType.S32;
        return new Expression.Compound(Operator.ADD, place, number(1, compute), compute, true, AT);
    }

    static Expression arithmetic(Operator operator, Expression left, Expression right) {
        return new Expression.Arithmetic(operator, left, right, left.type(), AT);
    }

    static Expression compare(Condition condition, Expression left, Expression right) {
        return new Expression.Compare(condition, left, right, AT);
    }

    static Expression convert(Expression value, Type type) {
        return new Expression.Convert(value, type, AT);
    }

    static Expression logical(boolean and, Expression left, Expression right) {
        return new Expression.Logical(and, left, right, AT);
    }

    static Expression not(Expression value) {
        return new Expression.Not(value, AT);
    }

    static Expression builtin(BuiltinFunction function, Type type, Expression... arguments) {
        return new Expression.Builtin(function, List.of(arguments), Optional.empty(), type, AT);
    }

    static Expression call(FunctionSymbol function, Expression... arguments) {
        return new Expression.Call(function, List.of(arguments), AT);
    }

    static Expression call(MapVariable map, MapMethod method, Type type, Expression... arguments) {
        return new Expression.MapCall(map, method, List.of(arguments), type, AT);
    }

    static Expression aggregate(Type type, Object... parts) {
        List<Expression.Aggregate.Part> list = new ArrayList<>();
        for (int i = 0; i < parts.length; i += 2) {
            int offset = ((StructType) type).field((String) parts[i]).orElseThrow().offset();
            list.add(new Expression.Aggregate.Part(offset, (Expression) parts[i + 1]));
        }
        return new Expression.Aggregate(list, type, AT);
    }

    static Expression userRead(Expression address, Type type) {
        return new Expression.UserRead(address, AddressSpace.USER, type, AT);
    }
}
