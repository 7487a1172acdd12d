package io.bpf4j.tools.common;

import io.bpf4j.vm.type.StackId;
import java.util.List;

/** Turns call stacks into lines for people. */
@FunctionalInterface
public interface StackNames {

    /** Names nothing: a stack is shown as its number. */
    StackNames NUMBERS = stack -> List.of(stack.toString());

    /** Returns a line for each frame, the innermost first; at least one line. */
    List<String> frames(StackId stack);
}
