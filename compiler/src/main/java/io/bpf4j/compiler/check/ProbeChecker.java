package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.DeclarationTree;
import io.bpf4j.compiler.ast.DeclarationTree.Parameter;
import io.bpf4j.compiler.ast.DeclarationTree.Point;
import io.bpf4j.compiler.source.Span;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.LocalVariable;
import io.bpf4j.compiler.typed.Statement;
import io.bpf4j.compiler.typed.TypedProbe;
import io.bpf4j.vm.isa.Condition;
import io.bpf4j.vm.type.IntType;
import io.bpf4j.vm.type.Type;
import io.bpf4j.vm.type.VoidType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Checks a probe's body once for each of its points. */
final class ProbeChecker {

    /** A checked probe with what its body uses. */
    record Checked(TypedProbe probe, Body body) {}

    private final Environment environment;
    private final PointReader points;
    private final Set<String> names = new TreeSet<>();

    ProbeChecker(Environment environment) {
        this.environment = environment;
        this.points = new PointReader(environment.options());
        names.addAll(environment.functions().keySet());
    }

    List<Checked> check(DeclarationTree.Probe probe) {
        List<Checked> checked = new ArrayList<>();
        for (Point point : probe.points()) {
            try {
                checked.add(check(probe, point, points.read(point)));
            } catch (Mistake mistake) {
                environment.report(mistake);
            }
        }
        return checked;
    }

    private Checked check(DeclarationTree.Probe probe, Point point, ProbePlan plan) {
        ProbeContext context = point.result().isPresent() ? typedResult(point, plan) : plan.context();
        Body body = new Body(environment, context, VoidType.VOID);
        body.open();
        point.parameters().ifPresent(parameters -> declare(parameters, body));
        Statement.Block inner = new StatementChecker(body).block(probe.body());
        body.close();
        List<Statement> statements = new ArrayList<>();
        plan.systemCall().ifPresent(number -> statements.add(guard(plan, number, point.at())));
        statements.addAll(body.prologue());
        statements.addAll(inner.statements());
        Statement.Block whole = new Statement.Block(statements, inner.at());
        return new Checked(new TypedProbe(unique(plan.name()), plan.attach(), plan.type(), whole, point.at()),
                body);
    }

    private String unique(String name) {
        String candidate = name;
        for (int number = 2; !names.add(candidate); number++) {
            candidate = name + "_" + number;
        }
        return candidate;
    }

    /** Leaves the program at the system calls that the probe is not for. */
    private static Statement guard(ProbePlan plan, int number, Span at) {
        Expression actual = ((RawSystemCallContext) plan.context()).number(at);
        Expression other = Folder.compare(Condition.NOT_EQUAL, actual,
                new Expression.Constant(number, IntType.U64, at), at);
        Statement leave = new Statement.Return(Optional.empty(), at);
        return new Statement.If(other, leave, Optional.empty(), at);
    }

    private void declare(List<Parameter> parameters, Body body) {
        for (int index = 0; index < parameters.size(); index++) {
            Parameter parameter = parameters.get(index);
            try {
                Expression register = body.context().orElseThrow().argument(index, parameter.at());
                Type type = environment.types().complete(parameter.type(), body.remote());
                Expression value = converted(register, type, parameter.at());
                parameter.name().ifPresent(name -> {
                    LocalVariable variable = new LocalVariable(name.text(), value.type(), name.at());
                    body.declare(name.text(), new Symbol.Argument(variable, value));
                });
            } catch (Mistake mistake) {
                environment.report(mistake);
            }
        }
    }

    private static Expression converted(Expression register, Type type, Span at) {
        if (!Conversions.isScalar(type)) {
            throw new Mistake(at, "type",
                    "only numbers and pointers are passed in registers, not '" + type.spelling() + "'");
        }
        return Folder.convert(register, type, at);
    }

    /** The same context, whose result has the declared type. */
    private ProbeContext typedResult(Point point, ProbePlan plan) {
        Span at = point.result().orElseThrow().at();
        Type type = environment.types().resolve(point.result().get(), plan.context().remote());
        plan.context().result(at);
        return new ProbeContext.WithResult(plan.context(), type);
    }
}
