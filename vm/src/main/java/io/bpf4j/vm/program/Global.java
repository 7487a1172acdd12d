package io.bpf4j.vm.program;

import io.bpf4j.vm.type.Type;

/**
 * A variable or constant of the source.
 *
 * @param map the map of role {@link MapRole.Globals} that holds it
 * @param offset bytes from the start of that map's value
 * @param settable whether the command line may give it a value before loading
 * @param description the comment on its line, for a generated help text; may be empty
 */
public record Global(String name, Type type, String map, int offset, boolean settable, String description) {}
