package io.sinkron.cache;

import io.sinkron.cache.CacheMessage.Backup;
import io.sinkron.cache.CacheMessage.BackupRelease;
import io.sinkron.cache.CacheMessage.Grant;
import io.sinkron.cache.CacheMessage.GrantAck;
import io.sinkron.cache.CacheMessage.Permission;
import io.sinkron.cache.Replica.Deliver;

/** The protocol with mistakes of order: what is done too early, or too late, or without a look at the time. */
final class PlantedLateBugs {
    /** What no request's number reaches: tells a fill that was acknowledged already. */
    private static final long MARK = 1 << 20;

    private PlantedLateBugs() {}

    /** C1: a cache acknowledges its grant, and fills the line some time later: a snoop in between finds nothing, and is forgotten. */
    static final PlantedBug ACKNOWLEDGED_BEFORE_THE_FILL = new PlantedBug() {
        @Override
        public CacheMessage delivered(World.Turn turn, int from, int to, CacheMessage message) {
            if (!(message instanceof Grant grant)) {
                return message;
            }
            if (grant.request() > MARK) {
                return renumbered(grant, grant.request() - MARK);
            }
            if (turn.facts(to).request() == grant.request()) {
                turn.put(new World.Letter(to, from, new GrantAck(grant.epoch(), grant.key(), grant.txn(), true)));
                turn.put(new World.Letter(from, to, renumbered(grant, grant.request() + MARK)));
                return new GrantAck(grant.epoch(), grant.key(), -1, true);
            }
            return message;
        }
    };

    /** G3: whoever waits to read is granted a share together with the writer whose turn it is. */
    static final PlantedBug READERS_BESIDE_A_WRITER = new PlantedBug() {
        @Override
        public boolean sent(World.Turn turn, int from, int to, CacheMessage message) {
            if (message instanceof Grant grant && grant.permission() == Permission.MODIFY) {
                for (int node = 0; node < turn.world().size; node++) {
                    long request = turn.facts(node).request();
                    if (node != to && turn.facts(node).state() == ControllerState.IS_D) {
                        Grant share = new Grant(
                                grant.epoch(), grant.key(), request, grant.txn(), Permission.SHARED, grant.data());
                        turn.put(new World.Letter(from, node, share));
                    }
                }
            }
            return true;
        }
    };

    /** B4: a late copy of an older backup takes the place of the newer one. */
    static final PlantedBug OLDER_BACKUP = new PlantedBug() {
        @Override
        public CacheMessage delivered(World.Turn turn, int from, int to, CacheMessage message) {
            if (message instanceof Backup backup) {
                BackupRelease all = new BackupRelease(backup.epoch(), backup.key(), Long.MAX_VALUE);
                turn.apply(to, new Deliver(turn.world().id(from), all));
            }
            return message;
        }
    };

    /** L2: a thread asks for the lease's end after it has taken the value, and so takes a lease that was renewed since for that value's. */
    static final PlantedBug LEASE_END_READ_LATE = new PlantedBug() {
        @Override
        public boolean readsLeaseLate() {
            return true;
        }
    };

    /** E1: a node doesn't look whether a value's time is over. */
    static final PlantedBug EXPIRY_UNCHECKED = new PlantedBug() {
        @Override
        public boolean ignoresExpiry() {
            return true;
        }
    };

    private static Grant renumbered(Grant grant, long request) {
        return new Grant(grant.epoch(), grant.key(), request, grant.txn(), grant.permission(), grant.data());
    }
}
