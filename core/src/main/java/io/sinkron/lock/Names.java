package io.sinkron.lock;

/** The order of names: that of the bytes of their UTF-8 form, unsigned, which is the order of their code points. Pure. */
final class Names {
    private Names() {}

    /** Compares without encoding: UTF-16 differs from UTF-8 only in that surrogates must come after all other characters. */
    static int compare(String a, String b) {
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean surrogate = Character.isSurrogate(x);
                return surrogate == Character.isSurrogate(y) ? x - y : surrogate ? 1 : -1;
            }
        }
        return a.length() - b.length();
    }
}
