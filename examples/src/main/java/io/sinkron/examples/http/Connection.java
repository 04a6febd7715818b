package io.sinkron.examples.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection. Its requests are handled one after the other, so pipelined requests have the effects that their order
 * promises, and answers cannot overtake each other. Confined to the channel's thread.
 *
 * <p><b>Disconnects.</b> A client that closes its socket and one that closes only its sending half look the same: the input ends. While a
 * request is being handled, an interim answer (100, which every HTTP/1.1 client has to pass over) is sent now and then: a closed socket
 * resets the connection, and then the request is cancelled; a half-closed one gets its answer.
 */
final class Connection extends SimpleChannelInboundHandler<HttpObject> {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

    /** The pause before an ended input is probed, and between two probes. */
    private static final long PROBE_MILLIS = 150;

    /** How long what a refused client still sends is read and dropped, so that the refusal reaches it before a reset does. */
    private static final long LINGER_MILLIS = 2_000;

    private final HttpLimits limits;
    private final Handler handler;
    private final Supplier<Map<String, String>> commonHeaders;
    private final ArrayDeque<Turn> waiting = new ArrayDeque<>();
    private final ReceiveClock clock;

    private ChannelHandlerContext context;
    private RequestAssembler incoming;
    private int waitingBytes;
    private Turn current;
    private Pending<Response> running;
    private boolean continueOwed;
    private boolean inputIgnored;
    private boolean inputUnread;
    private boolean inputEnded;
    private boolean closing;

    /** @param commonHeaders fields that every answer carries */
    Connection(HttpLimits limits, Handler handler, Supplier<Map<String, String>> commonHeaders) {
        this.limits = limits;
        this.handler = handler;
        this.commonHeaders = commonHeaders;
        this.clock = new ReceiveClock(limits, this::late);
    }

    /** To be put in front of the decoder. */
    ReceiveClock clock() {
        return clock;
    }

    /** Answers what is being handled, then closes; what waits its turn is dropped. Any thread. */
    void closeSoon() {
        context.executor().execute(() -> {
            endInput();
            if (running == null) {
                context.close();
            }
        });
    }

    /** Cancels what is being handled; its answer says so. Any thread. */
    void cancel() {
        context.executor().execute(() -> {
            if (running != null) {
                running.cancel();
            }
        });
    }

    private void endInput() {
        closing = true;
        inputIgnored = true;
        waiting.clear();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, HttpObject message) {
        if (inputIgnored) {
            return;
        }
        if (message instanceof HttpRequest head) {
            begin(head);
        }
        if (incoming != null && !inputIgnored && message instanceof HttpContent content) {
            take(content);
        }
    }

    private void begin(HttpRequest head) {
        incoming = new RequestAssembler(head, limits.bodyBytes());
        incoming.refusal().ifPresent(this::refuse);
        if (!inputIgnored) {
            clock.headComplete();
            if (incoming.waitsForContinue()) {
                continueOwed = true;
                sendOwedContinue();
            }
        }
    }

    private void take(HttpContent content) {
        if (!content.decoderResult().isSuccess()) {
            refuse(Problem.badRequest("", "Malformed HTTP: the body's chunks are not valid"));
        } else if (!incoming.add(content.content())) {
            refuse(Problem.tooLarge(limits.bodyBytes()));
        } else if (content instanceof LastHttpContent) {
            clock.requestComplete();
            continueOwed = false;
            enqueue(new Turn(
                    incoming.request(),
                    null,
                    incoming.size(),
                    incoming.isKeepAlive(),
                    incoming.isHead(),
                    incoming.knowsInterimAnswers()));
            incoming = null;
        }
    }

    /** Answers when it is its turn, and closes: what follows on this connection can't be understood any more. */
    private void refuse(Problem problem) {
        inputIgnored = true;
        inputUnread = true;
        incoming = null;
        clock.requestComplete();
        enqueue(new Turn(null, problem.toResponse(), 0, false, false, true));
    }

    private void late(ReceiveClock.Phase phase) {
        if (phase != ReceiveClock.Phase.IDLE && !inputIgnored) {
            refuse(Problem.of(408, "request-timeout", "The request took too long", "The request did not arrive in time")
                    .canRetry());
        } else if (current == null && waiting.isEmpty()) {
            context.close();
        }
    }

    private void enqueue(Turn turn) {
        waiting.add(turn);
        waitingBytes += turn.bytes();
        next();
    }

    /** Begins the next request if none is being handled and the client takes its answers. */
    private void next() {
        while (current == null && !waiting.isEmpty() && context.channel().isWritable()) {
            current = waiting.remove();
            waitingBytes -= current.bytes();
            if (current.ready() != null) {
                write(current.ready());
            } else {
                begin(current.request());
            }
        }
        boolean full = waiting.size() >= limits.pipelined() || waitingBytes > limits.bodyBytes();
        context.channel().config().setAutoRead(!full);
        sendOwedContinue();
    }

    private void begin(Request request) {
        try {
            running = handler.handle(request);
        } catch (RuntimeException e) {
            running = Pending.failed(e);
        }
        running.whenDone(this::done, context.executor());
    }

    private void done(Response response, Throwable failure) {
        running = null;
        if (!context.channel().isActive()) {
            if (response != null) {
                response.notWritten();
            }
            return;
        }
        if (failure != null) {
            LOG.error("A request failed", failure);
        }
        write(response != null ? response : Problem.internal().toResponse());
        next();
    }

    private void write(Response response) {
        Turn turn = current;
        current = null;
        clock.restart();
        boolean last = closing || !turn.keepAlive() || inputEnded && waiting.isEmpty();
        if (last) {
            endInput();
        }
        ChannelFuture written = context.writeAndFlush(encode(response, turn.head(), last));
        written.addListener(done -> {
            if (!done.isSuccess()) {
                response.notWritten();
            } else if (last) {
                finish();
            }
        });
    }

    private FullHttpResponse encode(Response response, boolean head, boolean last) {
        FullHttpResponse out = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(response.status()),
                head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(response.sharedBody()));
        commonHeaders.get().forEach(out.headers()::set);
        response.headers().forEach(out.headers()::set);
        if (response.status() != HttpResponseStatus.NO_CONTENT.code()) {
            out.headers().set(HttpHeaderNames.CONTENT_TYPE, response.mediaType());
            out.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, response.size());
        }
        out.headers().set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        if (last) {
            out.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        }
        return out;
    }

    private void finish() {
        if (!inputUnread || inputEnded) {
            context.close();
            return;
        }
        ((DuplexChannel) context.channel()).shutdownOutput();
        context.channel().config().setAutoRead(true);
        context.executor().schedule(() -> context.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void sendOwedContinue() {
        if (continueOwed && current == null && waiting.isEmpty()) {
            continueOwed = false;
            writeContinue();
        }
    }

    private void writeContinue() {
        context.writeAndFlush(
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            inputEnded = true;
            if (current == null && waiting.isEmpty()) {
                ctx.close();
            } else {
                probeLater();
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    private void probeLater() {
        context.executor()
                .schedule(
                        () -> {
                            if (running != null && current.interim()) {
                                writeContinue();
                                probeLater();
                            }
                        },
                        PROBE_MILLIS,
                        TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        next();
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        waiting.clear();
        if (running != null) {
            running.cancel();
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("Connection {} ended", ctx.channel(), cause);
        ctx.close();
    }

    /**
     * A request that waits its turn, or is being handled.
     *
     * @param request null if {@code ready} is there
     * @param ready the answer, where no handler is needed
     * @param interim whether the client knows interim answers
     */
    private record Turn(Request request, Response ready, int bytes, boolean keepAlive, boolean head, boolean interim) {}
}
