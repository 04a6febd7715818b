package io.sinkron.cache;

import io.sinkron.cache.CacheMessage.Backup;
import io.sinkron.cache.CacheMessage.BackupAck;
import io.sinkron.cache.CacheMessage.BusUpgr;
import io.sinkron.cache.CacheMessage.Grant;
import io.sinkron.cache.CacheMessage.GrantAck;
import io.sinkron.cache.CacheMessage.Permission;
import io.sinkron.cache.CacheMessage.Snoop;
import io.sinkron.cache.CacheMessage.SnoopResponse;
import io.sinkron.cache.CacheMessage.WriteBackAck;
import io.sinkron.cache.Replica.Deliver;
import io.sinkron.spi.MemoryAnswer;
import io.sinkron.spi.MemoryOp;
import io.sinkron.spi.MemoryValue;
import java.util.Optional;

/** The protocol without one of its rules at a time (P1 to P13 of {@code docs/mesi.md}), and without what makes backups safe (B1 to B3). */
final class PlantedBugs {
    private PlantedBugs() {}

    /** P1: the home is idle as soon as it has granted. */
    static final PlantedBug IDLE_AFTER_GRANT = new PlantedBug() {
        @Override
        public boolean sent(World.Turn turn, int from, int to, CacheMessage message) {
            if (message instanceof Grant grant) {
                GrantAck forged = new GrantAck(grant.epoch(), grant.key(), grant.txn(), true);
                turn.apply(from, new Deliver(turn.world().id(to), forged));
            }
            return true;
        }
    };

    /** P2: the home grants after the first answer to its snoops: the others are taken for "none". */
    static final PlantedBug GRANT_AFTER_FIRST_ANSWER = new PlantedBug() {
        @Override
        public CacheMessage delivered(World.Turn turn, int from, int to, CacheMessage message) {
            if (message instanceof SnoopResponse response) {
                for (int node = 0; node < turn.world().size; node++) {
                    turn.apply(to, new Deliver(turn.world().id(node), none(response.txn(), response.epoch())));
                }
            }
            return message;
        }
    };

    /** P3: a cache accepts any grant, whichever request it answers. */
    static final PlantedBug ANY_GRANT = new PlantedBug() {
        @Override
        public CacheMessage delivered(World.Turn turn, int from, int to, CacheMessage message) {
            long request = turn.facts(to).request();
            return message instanceof Grant grant && request != 0
                    ? new Grant(grant.epoch(), grant.key(), request, grant.txn(), grant.permission(), grant.data())
                    : message;
        }
    };

    /** P4: an evicted dirty line is dropped when its write-back is sent. */
    static final PlantedBug DROP_AT_EVICTION = new PlantedBug() {
        @Override
        public void evicted(World.Turn turn, int node, Replica.Facts line) {
            if (line.state() == ControllerState.M) {
                forgetDirty(turn, node, line.value());
            }
        }
    };

    /** P5: a dirty line is dropped when it answers the snoop. */
    static final PlantedBug DROP_AT_SNOOP = new PlantedBug() {
        @Override
        public boolean sent(World.Turn turn, int from, int to, CacheMessage message) {
            if (message instanceof SnoopResponse response && response.dirty().isPresent()) {
                forgetDirty(turn, from, response.dirty().get().version());
            }
            return true;
        }
    };

    /**
     * P6: the home sends no data to who has asked to upgrade, and a cache that has lost its copy since takes the grant all the same. The request's
     * number tells the grant that it answers an upgrade.
     */
    static final PlantedBug GRANT_WITHOUT_DATA = new PlantedBug() {
        private static final long MARK = 1 << 20;

        @Override
        public CacheMessage delivered(World.Turn turn, int from, int to, CacheMessage message) {
            if (message instanceof BusUpgr upgrade) {
                return new BusUpgr(upgrade.epoch(), upgrade.key(), upgrade.request() + MARK);
            }
            if (message instanceof Grant grant && grant.request() > MARK) {
                boolean isLost = turn.facts(to).state() != ControllerState.SM_A;
                return new Grant(
                        grant.epoch(),
                        grant.key(),
                        grant.request() - MARK,
                        grant.txn(),
                        isLost ? Permission.MODIFY : Permission.MODIFY_IN_PLACE,
                        isLost ? Optional.of(MemoryValue.ABSENT) : Optional.empty());
            }
            return message;
        }
    };

    /** P7: main memory stores whatever comes. */
    static final PlantedBug UNCONDITIONAL_STORE = new PlantedBug() {
        @Override
        public MemoryAnswer execute(MemoryCell memory, MemoryOp op) {
            if (op instanceof MemoryOp.PutIfNewer put) {
                long fence = memory.fence();
                if (put.epoch() >= fence) {
                    memory.overwrite(put.value(), fence);
                    return new MemoryAnswer.Stored(put.value().version());
                }
            }
            return memory.apply(op);
        }
    };

    /** P8: a cache takes any acknowledgement for that of what it retains. */
    static final PlantedBug ANY_ACKNOWLEDGEMENT = new PlantedBug() {
        @Override
        public CacheMessage delivered(World.Turn turn, int from, int to, CacheMessage message) {
            return message instanceof WriteBackAck ack && turn.facts(to).state().isDirty()
                    ? new WriteBackAck(ack.epoch(), ack.key(), turn.facts(to).value())
                    : message;
        }
    };

    /** P9: main memory compares versions only. */
    static final PlantedBug NO_FENCE = new PlantedBug() {
        @Override
        public MemoryAnswer execute(MemoryCell memory, MemoryOp op) {
            memory.overwrite(memory.value(), 0);
            return memory.apply(op);
        }
    };

    /** P10: nobody waits for the leases of those whom a view leaves out. */
    static final PlantedBug NO_LEASE_WAIT = new PlantedBug() {
        @Override
        public boolean ignoresLeases() {
            return true;
        }
    };

    /** P11: a view is active before its members have installed it, and caches obey homes of any view. */
    static final PlantedBug NO_BARRIER = new PlantedBug() {
        @Override
        public boolean ignoresBarrier() {
            return true;
        }

        @Override
        public CacheMessage delivered(World.Turn turn, int from, int to, CacheMessage message) {
            return inEpoch(turn.facts(to).epoch(), message);
        }
    };

    /** Half of P11: caches obey homes of any view, but the barrier stands. The rule that this breaks isn't needed for safety. */
    static final PlantedBug ANY_EPOCH = new PlantedBug() {
        @Override
        public CacheMessage delivered(World.Turn turn, int from, int to, CacheMessage message) {
            return inEpoch(turn.facts(to).epoch(), message);
        }
    };

    /** P12: the home takes a line that it knows nothing about for one that nobody has. */
    static final PlantedBug UNKNOWN_IS_NOBODY = new PlantedBug() {
        @Override
        public boolean sent(World.Turn turn, int from, int to, CacheMessage message) {
            return !(message instanceof Snoop snoop) || answeredFor(turn, from, to, snoop);
        }
    };

    /** P13: the home doesn't ask the owner when somebody reads. */
    static final PlantedBug OWNER_LEFT_OUT = new PlantedBug() {
        @Override
        public boolean sent(World.Turn turn, int from, int to, CacheMessage message) {
            return !(message instanceof Snoop snoop) || snoop.exclusive() || answeredFor(turn, from, to, snoop);
        }
    };

    /** B1: the writer takes its own copy for a backup. */
    static final PlantedBug OWN_BACKUP = new PlantedBug() {
        @Override
        public boolean sent(World.Turn turn, int from, int to, CacheMessage message) {
            if (message instanceof Backup backup) {
                BackupAck forged = new BackupAck(
                        backup.epoch(), backup.key(), backup.value().version());
                turn.apply(from, new Deliver(turn.world().id(to), forged));
                return false;
            }
            return true;
        }
    };

    /** B2: a view becomes active while backups of a lost writer are on their way to main memory. */
    static final PlantedBug NO_RECOVERY_BARRIER = new PlantedBug() {
        @Override
        public boolean ignoresBarrier() {
            return true;
        }
    };

    /** B3: the backup is let go when the writer hands the line over, not when main memory has it. */
    static final PlantedBug EARLY_RELEASE = new PlantedBug() {
        @Override
        public boolean sent(World.Turn turn, int from, int to, CacheMessage message) {
            if (message instanceof SnoopResponse response && response.dirty().isPresent()) {
                long version = response.dirty().get().version();
                for (int node = 0; node < turn.world().size; node++) {
                    if (node != from) {
                        CacheMessage release =
                                new CacheMessage.BackupRelease(response.epoch(), response.key(), version);
                        turn.put(new World.Letter(from, node, release));
                    }
                }
            }
            return true;
        }
    };

    private static SnoopResponse none(long txn, long epoch) {
        return new SnoopResponse(epoch, Replica.KEY, txn, false, Optional.empty());
    }

    private static boolean answeredFor(World.Turn turn, int home, int asked, Snoop snoop) {
        turn.apply(home, new Deliver(turn.world().id(asked), none(snoop.txn(), snoop.epoch())));
        return false;
    }

    private static void forgetDirty(World.Turn turn, int node, long version) {
        WriteBackAck forged = new WriteBackAck(turn.facts(node).epoch(), Replica.KEY, version);
        turn.apply(node, new Deliver(turn.world().id(node), forged));
    }

    private static CacheMessage inEpoch(long epoch, CacheMessage message) {
        if (message instanceof Snoop m) {
            return new Snoop(epoch, m.key(), m.txn(), m.exclusive());
        } else if (message instanceof SnoopResponse m) {
            return new SnoopResponse(epoch, m.key(), m.txn(), m.keptShared(), m.dirty());
        } else if (message instanceof Grant m) {
            return new Grant(epoch, m.key(), m.request(), m.txn(), m.permission(), m.data());
        } else if (message instanceof GrantAck m) {
            return new GrantAck(epoch, m.key(), m.txn(), m.accepted());
        }
        return message;
    }
}
