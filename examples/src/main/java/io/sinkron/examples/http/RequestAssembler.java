package io.sinkron.examples.http;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.io.ByteArrayOutputStream;
import java.util.Optional;

/** Makes one request of its head and the pieces of its body, and says what is wrong with it. Confined to its connection's thread. */
final class RequestAssembler {
    private final HttpRequest head;
    private final int maxBodyBytes;
    private final ByteArrayOutputStream body;

    RequestAssembler(HttpRequest head, int maxBodyBytes) {
        this.head = head;
        this.maxBodyBytes = maxBodyBytes;
        this.body = new ByteArrayOutputStream(0);
    }

    /** Why the head is refused, if it is. */
    Optional<Problem> refusal() {
        Throwable failure = head.decoderResult().cause();
        if (failure instanceof TooLongHttpLineException) {
            return Optional.of(Problem.of(
                    414, "uri-too-long", "The request line is too long", "The request line is over the limit"));
        }
        if (failure instanceof TooLongHttpHeaderException) {
            return Optional.of(Problem.of(
                    431,
                    "headers-too-large",
                    "The header is too large",
                    "There are too many header fields, or too long ones"));
        }
        if (failure != null) {
            return Optional.of(Problem.badRequest("", "Malformed HTTP: the head of the request is not valid"));
        }
        boolean needsHost = head.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0;
        if (needsHost && head.headers().getAll(HttpHeaderNames.HOST).size() != 1) {
            return Optional.of(Problem.badRequest("Host", "An HTTP/1.1 request needs exactly one Host field"));
        }
        if (expects() && !HttpUtil.is100ContinueExpected(head)) {
            return Optional.of(Problem.of(
                    417, "expectation-failed", "The expectation cannot be met", "Only Expect: 100-continue is known"));
        }
        if (HttpUtil.getContentLength(head, 0L) > maxBodyBytes) {
            return Optional.of(Problem.tooLarge(maxBodyBytes));
        }
        return Optional.empty();
    }

    private boolean expects() {
        return head.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0
                && head.headers().contains(HttpHeaderNames.EXPECT);
    }

    /** Whether the client waits for 100 before it sends the body. */
    boolean waitsForContinue() {
        return expects();
    }

    /** Takes a piece of the body; false if the body is over the limit now. */
    boolean add(ByteBuf piece) {
        int size = piece.readableBytes();
        if (body.size() + size > maxBodyBytes) {
            return false;
        }
        if (size > 0) {
            byte[] bytes = new byte[size];
            piece.readBytes(bytes);
            body.writeBytes(bytes);
        }
        return true;
    }

    /** The whole request, with HEAD as GET. */
    Request request() {
        String method = isHead() ? "GET" : head.method().name();
        return Request.of(method, head.uri(), head.headers()::get, body.toByteArray());
    }

    int size() {
        return body.size();
    }

    boolean isHead() {
        return HttpMethod.HEAD.equals(head.method());
    }

    boolean isKeepAlive() {
        return HttpUtil.isKeepAlive(head);
    }

    boolean knowsInterimAnswers() {
        return head.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0;
    }
}
