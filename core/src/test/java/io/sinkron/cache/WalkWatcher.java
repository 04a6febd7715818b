package io.sinkron.cache;

import io.sinkron.common.Answer;

/** Who makes the clients' requests of a {@link ClusterWalk}, and hears of their answers and of changes. */
interface WalkWatcher {
    /** What a client asks next. */
    CacheRequest next();

    /** A call has ended. */
    void answered(ClusterWalk.Box box, CacheRequest request, long began, Answer answer);

    /** A node was told of a change. */
    void changed(ClusterWalk.Box box, CacheEffect.Changed change);
}
