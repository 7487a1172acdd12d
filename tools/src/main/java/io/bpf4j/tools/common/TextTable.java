package io.bpf4j.tools.common;

import java.util.ArrayList;
import java.util.List;

/** Rows under headings, each column as wide as its widest cell; numbers to the right, text to the left. */
public final class TextTable {

    private static final String GAP = "  ";

    private final List<String> headings = new ArrayList<>();
    private final List<Boolean> toTheRight = new ArrayList<>();
    private final List<List<String>> rows = new ArrayList<>();

    /** Adds a column; all come before the first row. */
    public void column(String heading, boolean right) {
        headings.add(heading);
        toTheRight.add(right);
    }

    /** Adds a row with a cell for each column. */
    public void row(List<String> cells) {
        if (cells.size() != headings.size()) {
            throw new IllegalArgumentException(cells.size() + " cells for " + headings.size() + " columns");
        }
        rows.add(cells.stream().map(TextTable::visible).toList());
    }

    /** Control characters of a traced program would move the cursor. */
    static String visible(String cell) {
        return cell.chars().anyMatch(Character::isISOControl)
                ? cell.replaceAll("\\p{Cntrl}", "?")
                : cell;
    }

    /** Prints the headings and the rows, without blanks at the ends of lines. */
    public void print(Output output) {
        int[] widths = headings.stream().mapToInt(String::length).toArray();
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        print(headings, widths, output);
        rows.forEach(row -> print(row, widths, output));
    }

    private void print(List<String> cells, int[] widths, Output output) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String blanks = " ".repeat(widths[i] - cells.get(i).length());
            line.append(i == 0 ? "" : GAP);
            line.append(toTheRight.get(i) ? blanks + cells.get(i) : cells.get(i) + blanks);
        }
        output.text(line.toString().stripTrailing()).line();
    }
}
