package io.sinkron.raft;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of one step, read from left to right. A list in brackets and a text in quotes are one word each. */
final class ScriptWords {
    private static final Pattern WORD = Pattern.compile("\\[[^]]*]|\"[^\"]*\"|[^\\s\\[\"]+");

    private final List<String> words;
    private int at;

    ScriptWords(String text) {
        words = new ArrayList<>();
        Matcher matcher = WORD.matcher(text);
        while (matcher.find()) {
            words.add(matcher.group());
        }
    }

    private ScriptWords(List<String> words) {
        this.words = words;
    }

    boolean hasNext() {
        return at < words.size();
    }

    String peek() {
        return hasNext() ? words.get(at) : "";
    }

    String next() {
        if (!hasNext()) {
            throw new IllegalArgumentException("the step ends too early");
        }
        return words.get(at++);
    }

    /** Takes the next word if it's this one. */
    boolean accept(String word) {
        if (!peek().equals(word)) {
            return false;
        }
        at++;
        return true;
    }

    void require(String word) {
        if (!accept(word)) {
            throw new IllegalArgumentException("expected '" + word + "', found '" + peek() + "'");
        }
    }

    int number() {
        return Integer.parseInt(next());
    }

    int numberOr(int otherwise) {
        return peek().matches("-?\\d+") ? number() : otherwise;
    }

    /** The words in brackets. */
    List<String> list() {
        return split(next());
    }

    static List<String> split(String bracketed) {
        if (!bracketed.startsWith("[")) {
            throw new IllegalArgumentException("expected a list in brackets, found '" + bracketed + "'");
        }
        String inside = bracketed.substring(1, bracketed.length() - 1).trim();
        return inside.isEmpty() ? List.of() : Arrays.asList(inside.split("\\s+"));
    }

    /** Numbers up to the next word that is none. */
    List<Integer> numbers() {
        List<Integer> numbers = new ArrayList<>();
        while (peek().matches("\\d+")) {
            numbers.add(number());
        }
        return numbers;
    }

    /** What is left, to be read as often as needed; nothing is left here. */
    List<String> rest() {
        List<String> rest = List.copyOf(words.subList(at, words.size()));
        at = words.size();
        return rest;
    }

    static ScriptWords of(List<String> words) {
        return new ScriptWords(words);
    }

    void end() {
        if (hasNext()) {
            throw new IllegalArgumentException("not understood from '" + peek() + "' on");
        }
    }
}
