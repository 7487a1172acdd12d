package io.bpf4j.compiler.check;

import io.bpf4j.compiler.ast.StatementTree;
import io.bpf4j.compiler.typed.Expression;
import io.bpf4j.compiler.typed.Statement;
import io.bpf4j.vm.type.IntType;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Sorts the statements of a switch under its labels. */
record SwitchChecker(Body body, StatementChecker statements) {

    Statement check(StatementTree.Switch choice) {
        Expression value = Conversions.requireNumber(statements.expressions().scalar(choice.value()),
                "what is switched on");
        IntType type = Conversions.promoted(value.type());
        List<Statement.Switch.Case> cases = new ArrayList<>();
        Set<Long> taken = new HashSet<>();
        boolean[] hasDefault = new boolean[1];
        List<Long> labels = new ArrayList<>();
        boolean isDefault = false;
        List<Statement> current = null;
        body.open();
        for (StatementTree tree : choice.body().statements()) {
            boolean label = tree instanceof StatementTree.Case || tree instanceof StatementTree.Default;
            if (label && current != null) {
                cases.add(new Statement.Switch.Case(List.copyOf(labels), isDefault, current));
                labels.clear();
                isDefault = false;
                current = null;
            }
            switch (tree) {
                case StatementTree.Case one -> label(one, type, taken, labels);
                case StatementTree.Default one -> isDefault = isDefault(one, hasDefault);
                default -> {
                    if (current == null && labels.isEmpty() && !isDefault) {
                        body.environment().diagnostics().error(tree.at(), "syntax",
                                "this stands before the first case and never runs");
                    }
                    current = current == null ? new ArrayList<>() : current;
                    statements.add(tree, current);
                }
            }
        }
        if (current != null || isDefault || !labels.isEmpty()) {
            cases.add(new Statement.Switch.Case(List.copyOf(labels), isDefault,
                    current == null ? List.of() : current));
        }
        body.close();
        return new Statement.Switch(Conversions.operand(value, type), cases, choice.at());
    }

    private boolean isDefault(StatementTree.Default label, boolean[] before) {
        if (before[0]) {
            body.environment().diagnostics().error(label.at(), "syntax", "there is a 'default' already");
        }
        before[0] = true;
        return true;
    }

    private void label(StatementTree.Case label, IntType type, Set<Long> taken, List<Long> labels) {
        try {
            long value = Folder.normalised(body.environment().types().constant(label.value(), "a case"),
                    type);
            if (!taken.add(value)) {
                throw new Mistake(label.at(), "constant", "there is a case " + value + " already");
            }
            labels.add(value);
        } catch (Mistake mistake) {
            body.environment().report(mistake);
            labels.add(0L);
        }
    }
}
