package io.sinkron.common;

import java.util.Objects;

/**
 * Names one replicated command for ever: the node where the call began, that node's incarnation, and a number that the
 * incarnation never uses twice. A command proposed again after a lost reply keeps its id, and so has one effect.
 *
 * @param origin the node where the call began; it completes the call when it applies the command
 * @param incarnation which start of that node; grows with each
 * @param sequence from 1, growing by one a command
 */
public record CommandId(NodeId origin, long incarnation, long sequence) {
    /** Rejects a missing origin and numbers below one. */
    public CommandId {
        Objects.requireNonNull(origin, "origin");
        if (incarnation < 1 || sequence < 1) {
            throw new IllegalArgumentException(
                    "incarnation " + incarnation + " and sequence " + sequence + " start at 1");
        }
    }
}
