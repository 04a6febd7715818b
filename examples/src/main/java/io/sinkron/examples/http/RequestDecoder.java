package io.sinkron.examples.http;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpHeadersFactory;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;

/**
 * Netty's decoder with the limits of {@link HttpLimits} and without its leniency: a message with both Content-Length and
 * Transfer-Encoding, which two parties may read as different messages (RFC 9112, section 6.3), is malformed.
 */
final class RequestDecoder extends HttpRequestDecoder {
    RequestDecoder(HttpLimits limits) {
        super(new HttpDecoderConfig()
                .setMaxInitialLineLength(limits.requestLineBytes())
                .setMaxHeaderSize(Math.multiplyExact(limits.headers(), limits.headerBytes()))
                .setHeadersFactory(new BoundedHeadersFactory(limits))
                .setTrailersFactory(new BoundedHeadersFactory(limits))
                .setAllowDuplicateContentLengths(false)
                .setStrictLineParsing(true));
    }

    @Override
    protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
        throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
    }

    private record BoundedHeadersFactory(HttpLimits limits) implements HttpHeadersFactory {
        @Override
        public HttpHeaders newHeaders() {
            return new BoundedHeaders(limits);
        }

        @Override
        public HttpHeaders newEmptyHeaders() {
            return new BoundedHeaders(limits);
        }
    }

    /** Counts fields while they are read, so that a long head is refused before it is whole. */
    private static final class BoundedHeaders extends DefaultHttpHeaders {
        private static final int SEPARATOR_BYTES = 2;

        private final HttpLimits limits;
        private int fields;

        BoundedHeaders(HttpLimits limits) {
            super(
                    DefaultHttpHeadersFactory.headersFactory().getNameValidator(),
                    DefaultHttpHeadersFactory.headersFactory().getValueValidator());
            this.limits = limits;
        }

        @Override
        public HttpHeaders add(CharSequence name, Object value) {
            fields++;
            int size = name.length() + SEPARATOR_BYTES + ((CharSequence) value).length();
            if (fields > limits.headers() || size > limits.headerBytes()) {
                throw new TooLongHttpHeaderException("more than " + limits.headers()
                        + " header fields, or one of more than " + limits.headerBytes() + " bytes");
            }
            return super.add(name, value);
        }
    }
}
