package io.sinkron.cluster;

import static io.sinkron.cluster.Views.member;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.sinkron.cluster.ClusterMessage.LeaseGrant;
import io.sinkron.cluster.ClusterMessage.LeaseRequest;
import io.sinkron.cluster.ClusterMessage.Place;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Leases of 1000 units, renewed every 250, with 10 % of drift allowed: 900 of them count. */
class LeaseHolderTest {
    private static final long MS = 1_000_000;
    private static final LeaseOptions OPTIONS = LeaseOptions.DEFAULT;
    private static final Member SELF = member("n1", 7);

    @ParameterizedTest
    @ValueSource(longs = {0, 123_456_789, -5_000 * MS, Long.MAX_VALUE - 100, Long.MIN_VALUE + 3})
    void aLeaseCountsFromWhenItWasAskedForWhateverTheClockShows(long start) {
        LeaseHolder holder = new LeaseHolder(OPTIONS, start);
        assertFalse(holder.isValid(start));
        LeaseRequest request = holder.poll(SELF, 3, start).orElseThrow();
        assertEquals(new LeaseRequest(start, SELF, 3), request);

        assertTrue(holder.granted(grant(request), start + 600 * MS), "the first lease begins");
        assertEquals(start + 900 * MS, holder.leaseEndNanos());
        assertTrue(holder.isValid(start + 900 * MS - 1));
        assertFalse(holder.isValid(start + 900 * MS));
    }

    @Test
    void requestsComeEveryRenewalAndNotMoreOften() {
        LeaseHolder holder = new LeaseHolder(OPTIONS, 0);
        assertEquals(0, holder.deadline());
        assertTrue(holder.poll(SELF, 0, 0).isPresent());
        assertEquals(250 * MS, holder.deadline());
        assertEquals(Optional.empty(), holder.poll(SELF, 0, 250 * MS - 1));
        assertTrue(holder.poll(SELF, 0, 300 * MS).isPresent());
        assertEquals(550 * MS, holder.deadline());
        holder.askSoon(310 * MS);
        assertTrue(holder.poll(SELF, 0, 310 * MS).isPresent());
    }

    @Test
    void aRenewalContinuesTheLeaseAndAnOldAnswerNeverShortensIt() {
        LeaseHolder holder = new LeaseHolder(OPTIONS, 0);
        LeaseRequest first = holder.poll(SELF, 0, 0).orElseThrow();
        LeaseRequest second = holder.poll(SELF, 0, 250 * MS).orElseThrow();
        holder.granted(grant(second), 300 * MS);
        assertEquals(1150 * MS, holder.leaseEndNanos());
        assertFalse(holder.granted(grant(first), 310 * MS));
        assertEquals(1150 * MS, holder.leaseEndNanos());
        LeaseRequest third = holder.poll(SELF, 0, 500 * MS).orElseThrow();
        assertFalse(holder.granted(grant(third), 510 * MS), "an unbroken lease goes on");
        assertEquals(1400 * MS, holder.leaseEndNanos());
    }

    @Test
    void aLeaseAfterAGapIsANewOne() {
        LeaseHolder holder = new LeaseHolder(OPTIONS, 0);
        holder.granted(grant(holder.poll(SELF, 0, 0).orElseThrow()), 10 * MS);
        LeaseRequest late = holder.poll(SELF, 0, 850 * MS).orElseThrow();
        assertTrue(holder.granted(grant(late), 950 * MS), "it was over from 900 to 950");
        assertTrue(holder.isValid(950 * MS));
    }

    @Test
    void anAnswerThatComesTooLateGivesNothing() {
        LeaseHolder holder = new LeaseHolder(OPTIONS, 0);
        LeaseRequest request = holder.poll(SELF, 0, 0).orElseThrow();
        assertFalse(holder.granted(grant(request), 901 * MS));
        assertFalse(holder.isValid(901 * MS));
    }

    @Test
    void noLeaseForNoDurationAndNoMoreThanItsOwnOptionsSay() {
        LeaseHolder holder = new LeaseHolder(OPTIONS, 0);
        LeaseRequest request = holder.poll(SELF, 0, 0).orElseThrow();
        assertFalse(holder.granted(new LeaseGrant(7, 0, 0, 0, 1, Place.MEMBER), MS));
        assertFalse(holder.isValid(MS));
        holder.granted(new LeaseGrant(7, request.sentAtNanos(), 50_000 * MS, 0, 1, Place.MEMBER), MS);
        assertEquals(900 * MS, holder.leaseEndNanos());
    }

    @Test
    void answersForAnotherStartOrAnotherClockAreIgnored() {
        LeaseHolder holder = new LeaseHolder(OPTIONS, 0);
        assertFalse(holder.granted(new LeaseGrant(7, 0, 1000 * MS, 0, 1, Place.MEMBER), MS), "nothing was asked for");
        holder.poll(SELF, 0, 0);
        holder.granted(new LeaseGrant(6, 0, 1000 * MS, 0, 1, Place.MEMBER), MS);
        holder.granted(new LeaseGrant(7, 900_000 * MS, 1000 * MS, 0, 1, Place.MEMBER), MS);
        holder.granted(new LeaseGrant(7, -1, 1000 * MS, 0, 1, Place.MEMBER), MS);
        assertFalse(holder.isValid(MS));
    }

    @Test
    void whatIsGivenUpStaysGivenUp() {
        LeaseHolder holder = new LeaseHolder(OPTIONS, 0);
        LeaseRequest first = holder.poll(SELF, 0, 0).orElseThrow();
        LeaseRequest second = holder.poll(SELF, 0, 250 * MS).orElseThrow();
        holder.granted(grant(first), 260 * MS);
        holder.dropped();
        assertFalse(holder.isValid(260 * MS));
        assertFalse(holder.granted(grant(second), 270 * MS), "it was asked for before");
        assertFalse(holder.isValid(270 * MS));
        LeaseRequest third = holder.poll(SELF, 0, 500 * MS).orElseThrow();
        assertTrue(holder.granted(grant(third), 510 * MS));
    }

    @Test
    void givingUpBeforeAnythingWasAskedForIsHarmless() {
        LeaseHolder holder = new LeaseHolder(OPTIONS, 1000 * MS);
        holder.dropped();
        assertFalse(holder.isValid(1000 * MS));
        assertTrue(holder.poll(SELF, 0, 1000 * MS).isPresent());
    }

    @Test
    void bothSidesAllowForDrift() {
        assertEquals(900 * MS, OPTIONS.shortened(OPTIONS.durationNanos()));
        assertEquals(1100 * MS + 1, OPTIONS.lengthened());
        LeaseOptions hour = new LeaseOptions(3_600_000 * MS, 1, 500_000, 1, 0, 1, 1);
        assertEquals(1_800_000 * MS, hour.shortened(hour.durationNanos()));
        assertEquals(5_400_000 * MS + 1, hour.lengthened());
    }

    @Test
    void optionsOutOfRangeAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new LeaseOptions(9 * MS, 1, 0, 1, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new LeaseOptions(3_600_001 * MS, 1, 0, 1, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new LeaseOptions(30 * MS, 11 * MS, 0, 11 * MS, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new LeaseOptions(30 * MS, 0, 0, 1, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new LeaseOptions(30 * MS, 1, 500_001, 1, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new LeaseOptions(30 * MS, 1, -1, 1, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new LeaseOptions(30 * MS, 2, 0, 1, 0, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new LeaseOptions(30 * MS, 1, 0, 1, -1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new LeaseOptions(30 * MS, 1, 0, 1, 0, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new LeaseOptions(30 * MS, 1, 0, 1, 0, 1, 0));
    }

    private static LeaseGrant grant(LeaseRequest request) {
        return new LeaseGrant(
                request.self().incarnation(), request.sentAtNanos(), OPTIONS.durationNanos(), 0, 1, Place.MEMBER);
    }

    @Test
    void thePlaceIsWhatTheLatestAnsweredRequestWasTold() {
        LeaseHolder holder = new LeaseHolder(OPTIONS, 0);
        assertEquals(Place.MEMBER, holder.place(), "as long as nobody says otherwise");
        LeaseRequest first = holder.poll(SELF, 0, 0).orElseThrow();
        LeaseRequest second = holder.poll(SELF, 0, 250 * MS).orElseThrow();
        holder.granted(new LeaseGrant(7, second.sentAtNanos(), 0, 0, 1, Place.STRANGER), 260 * MS);
        assertEquals(Place.STRANGER, holder.place());
        holder.granted(grant(first), 270 * MS);
        assertEquals(Place.STRANGER, holder.place(), "an answer that was overtaken says nothing");
        LeaseRequest third = holder.poll(SELF, 0, 500 * MS).orElseThrow();
        holder.granted(new LeaseGrant(6, third.sentAtNanos(), 0, 0, 1, Place.LEAVING), 510 * MS);
        assertEquals(Place.STRANGER, holder.place(), "it was meant for an earlier start");
        holder.granted(grant(third), 520 * MS);
        assertEquals(Place.MEMBER, holder.place());
    }
}
