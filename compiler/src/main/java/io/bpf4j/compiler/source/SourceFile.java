package io.bpf4j.compiler.source;

import java.util.List;

/**
 * A source text with its name.
 *
 * @param name how messages call it, usually the path as the user gave it
 */
public record SourceFile(String name, String text) {

    /** Returns a line without its end, or an empty one past the end of the text; counted from 1. */
    public String line(int number) {
        List<String> lines = text.lines().toList();
        return number >= 1 && number <= lines.size() ? lines.get(number - 1) : "";
    }

    /** Returns the file's name without directories and without the last extension. */
    public String stem() {
        String last = name.substring(name.lastIndexOf('/') + 1);
        int dot = last.lastIndexOf('.');
        return dot > 0 ? last.substring(0, dot) : last;
    }
}
