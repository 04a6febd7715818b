package io.sinkron.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MailboxTest {
    private static final Input NOTHING = (node, now) -> {};

    @Test
    void whatComesFromOutsideIsBoundedAndWhatTheNodeBeganIsNot() {
        Mailbox mailbox = new Mailbox(2);
        assertTrue(mailbox.offer(NOTHING));
        assertTrue(mailbox.offer(NOTHING));
        assertFalse(mailbox.offer(NOTHING));
        mailbox.put(NOTHING);
        assertNotNull(mailbox.poll());
        assertNotNull(mailbox.poll());
        assertTrue(mailbox.offer(NOTHING));
    }

    @Test
    void noInputIsLostAndNoSleepMissesOne() throws Exception {
        int writers = 3;
        int each = 20_000;
        Mailbox mailbox = new Mailbox(Integer.MAX_VALUE);
        CountDownLatch all = new CountDownLatch(writers * each);
        Thread reader = new Thread(() -> {
            while (all.getCount() > 0) {
                mailbox.await(TimeUnit.SECONDS.toNanos(20));
                for (Input input = mailbox.poll(); input != null; input = mailbox.poll()) {
                    all.countDown();
                }
            }
        });
        mailbox.reader(reader);
        reader.start();
        for (int i = 0; i < writers; i++) {
            new Thread(() -> {
                        for (int k = 0; k < each; k++) {
                            mailbox.put(NOTHING);
                        }
                    })
                    .start();
        }
        assertTrue(all.await(15, TimeUnit.SECONDS));
        reader.join();
        assertEquals(0, all.getCount());
    }
}
