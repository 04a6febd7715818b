package io.sinkron.wire;

import io.sinkron.common.Refusal;
import io.sinkron.spi.MalformedMessageException;

/** The refusals that any service may give. Types 1 to 5; everything else belongs to a service. */
final class RefusalWire {
    /** The first type that isn't a common refusal's. */
    static final int FIRST_OTHER = 16;

    private static final int UNAVAILABLE = 1;
    private static final int UNKNOWN = 2;
    private static final int BAD_REQUEST = 3;
    private static final int OVERLOADED = 4;
    private static final int CANCELLED = 5;

    private RefusalWire() {}

    static void write(WireWriter out, Refusal refusal) {
        if (refusal instanceof Refusal.Unavailable unavailable) {
            out.u8(UNAVAILABLE).text(unavailable.reason()).varint(unavailable.retryAfterMillis());
        } else if (refusal instanceof Refusal.OutcomeUnknown unknown) {
            out.u8(UNKNOWN).text(unknown.detail());
        } else if (refusal instanceof Refusal.BadRequest bad) {
            out.u8(BAD_REQUEST).text(bad.field()).text(bad.detail());
        } else if (refusal instanceof Refusal.Overloaded overloaded) {
            out.u8(OVERLOADED).text(overloaded.limit()).varint(overloaded.maximum());
        } else if (refusal instanceof Refusal.Cancelled) {
            out.u8(CANCELLED);
        } else {
            throw new IllegalArgumentException(
                    "no codec for the refusal " + refusal.getClass().getName());
        }
    }

    static Refusal read(int type, WireReader in) throws MalformedMessageException {
        return switch (type) {
            case UNAVAILABLE -> new Refusal.Unavailable(in.text(), in.varint("retryAfterMillis", 0, Long.MAX_VALUE));
            case UNKNOWN -> new Refusal.OutcomeUnknown(in.text());
            case BAD_REQUEST -> new Refusal.BadRequest(in.text(), in.text());
            case OVERLOADED -> new Refusal.Overloaded(in.text(), in.varint("maximum", 0, Long.MAX_VALUE));
            case CANCELLED -> new Refusal.Cancelled();
            default -> throw in.malformed("no refusal has the type " + type);
        };
    }
}
