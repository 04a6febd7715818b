package io.sinkron.wal;

/** What a record says. The codes are part of the disk format; 0 is what never-written bytes read as. */
enum RecordType {
    /** First record of a segment: payload magic, format version, segment size; index is the next entry's. Proves all segments before. */
    SEGMENT(1),
    /** A start of the store; index is the incarnation. */
    INCARNATION(2),
    /** Term; index is the identity; as payload the candidate voted for (UTF-8; empty for none). */
    HARD_STATE(3),
    /** All entries from index on are removed. */
    TRUNCATE(4),
    /** A log entry; payload: stamp (8 bytes), then the entry's payload. */
    ENTRY(5),
    /** The log is emptied and goes on behind the snapshot at index and term. */
    RESET(6),
    /** Everything before the position in index was durable when this was written. */
    SYNCED(7),
    /** Last record of a segment: the log goes on in the next one, whose name is durable. */
    SEAL(8);

    private static final RecordType[] BY_CODE = byCode();

    private final int code;

    RecordType(int code) {
        this.code = code;
    }

    /** The stable code. */
    int code() {
        return code;
    }

    /** The type of a code, or null for a code that is none. */
    static RecordType ofCode(int code) {
        return code < BY_CODE.length && code >= 0 ? BY_CODE[code] : null;
    }

    /**
     * Whether a record of this type may come next in its batch. The rules are those of the writing end: the head of a segment, the
     * start of a store, what Raft appends, each in its order; marks and seals stand alone. So a batch that lost its end, and behind which somebody
     * went on writing, is seen at the next one's beginning.
     *
     * @param before the record before in the same batch, null for the first one
     */
    boolean mayFollow(RecordType before) {
        if (before == null) {
            return true;
        }
        return switch (this) {
            case SEGMENT, SYNCED, SEAL -> false;
            case INCARNATION -> before == SEGMENT;
            case HARD_STATE -> before == INCARNATION;
            case TRUNCATE -> before == HARD_STATE;
            case ENTRY -> before == HARD_STATE || before == TRUNCATE || before == ENTRY;
            case RESET -> before == INCARNATION || before == HARD_STATE;
        };
    }

    private static RecordType[] byCode() {
        RecordType[] types = new RecordType[values().length + 1];
        for (RecordType type : values()) {
            types[type.code] = type;
        }
        return types;
    }
}
