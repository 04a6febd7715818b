package io.sinkron.runtime;

/** The one thread of a node. Whoever would wait on it for that node would wait for ever, so blocking calls ask {@link #isCurrent} first. */
public final class LoopThread extends Thread {
    LoopThread(Runnable loop, String name) {
        super(loop, name);
        setDaemon(true);
    }

    /** Whether the caller runs on a node's own thread. */
    public static boolean isCurrent() {
        return Thread.currentThread() instanceof LoopThread;
    }
}
