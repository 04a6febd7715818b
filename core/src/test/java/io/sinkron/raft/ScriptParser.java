package io.sinkron.raft;

import io.sinkron.raft.ScriptBlock.Line;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a file of scenarios: the form, not the verbs. {@code docs/raft-scenarios.md} describes it.
 *
 * <p>{@code scenario <ids> | <source> | <sentence>} begins a block. {@code #} begins a comment. {@code cases | a | b |} followed by rows of values repeats the
 * block for each row, with {@code <a>} and {@code <b>} replaced.
 */
final class ScriptParser {
    private final String file;
    private final List<ScriptBlock> blocks = new ArrayList<>();
    private Line header;
    private List<String> columns = List.of();
    private List<List<String>> rows = new ArrayList<>();
    private List<Line> lines = new ArrayList<>();

    private ScriptParser(String file) {
        this.file = file;
    }

    static List<ScriptBlock> parse(String file, List<String> text) {
        ScriptParser parser = new ScriptParser(file);
        for (int i = 0; i < text.size(); i++) {
            String code = text.get(i).replaceFirst("(^|\\s)#.*", "").trim();
            if (!code.isEmpty()) {
                parser.line(new Line(file, i + 1, code));
            }
        }
        parser.close();
        return parser.blocks;
    }

    private void line(Line line) {
        if (line.text().startsWith("scenario ")) {
            close();
            header = line;
        } else if (header == null) {
            throw line.failure("a step outside a scenario");
        } else if (line.text().startsWith("cases")) {
            columns = cells(line.text().substring("cases".length()), line);
        } else if (line.text().startsWith("|")) {
            row(line);
        } else {
            lines.add(line);
        }
    }

    private void row(Line line) {
        List<String> values = cells(line.text(), line);
        if (values.size() != columns.size()) {
            throw line.failure(values.size() + " values for the " + columns.size() + " columns of the cases");
        }
        rows.add(values);
    }

    private static List<String> cells(String text, Line line) {
        String row = text.trim();
        if (!row.startsWith("|") || !row.endsWith("|") || row.length() < 2) {
            throw line.failure("cases are written as | a | b |");
        }
        return Arrays.stream(row.substring(1, row.length() - 1).split("\\|", -1))
                .map(String::trim)
                .toList();
    }

    private void close() {
        if (header == null) {
            return;
        }
        String[] parts = header.text().substring("scenario ".length()).split("\\|");
        if (parts.length != 3 || Arrays.stream(parts).anyMatch(String::isBlank)) {
            throw header.failure("a scenario begins with: scenario <ids> | <source> | <sentence>");
        }
        if (lines.isEmpty() || columns.isEmpty() != rows.isEmpty()) {
            throw header.failure("a scenario without steps, or cases without rows");
        }
        List<String> ids = List.of(parts[0].trim().split(" +"));
        if (rows.isEmpty()) {
            blocks.add(new ScriptBlock(ids, parts[1].trim(), parts[2].trim(), "", lines));
        }
        for (List<String> row : rows) {
            List<Line> filled = lines.stream().map(line -> fill(line, row)).toList();
            blocks.add(new ScriptBlock(ids, parts[1].trim(), parts[2].trim(), String.join(" | ", row), filled));
        }
        header = null;
        columns = List.of();
        rows = new ArrayList<>();
        lines = new ArrayList<>();
    }

    private Line fill(Line line, List<String> row) {
        String text = line.text();
        for (int i = 0; i < columns.size(); i++) {
            text = text.replace("<" + columns.get(i) + ">", row.get(i));
        }
        return new Line(file, line.number(), text);
    }
}
