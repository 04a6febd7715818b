package io.sinkron.wal;

import java.util.List;

/** Files that are being made and don't have their final name yet. After a crash they mean nothing. */
final class TemporaryFiles {
    static final String SUFFIX = ".tmp";

    private TemporaryFiles() {}

    /** Those among file names. */
    static List<String> among(List<String> names) {
        return names.stream().filter(name -> name.endsWith(SUFFIX)).toList();
    }
}
