package dev.leantokens.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

class BacklogTest {

    private static final int MOST = 1_000_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final AtomicLong nanos = new AtomicLong();
    private final List<String> log = new ArrayList<>();
    private final List<SlowPeer> peers = new ArrayList<>();
    private final Backlog backlog = new Backlog(MOST, PATIENCE, nanos::get, log::add);

    private SlowPeer connect() {
        SlowPeer peer = new SlowPeer(backlog.newConnection());
        peers.add(peer);
        return peer;
    }

    private void write(SlowPeer peer, int bytes) {
        peer.writeOneOutbound(Unpooled.wrappedBuffer(new byte[bytes]));
        peer.flush();
    }

    /** Its memory is free once its tasks have run. */
    private SlowPeer connectThatIsClosing() {
        SlowPeer closing = connect();
        closing.pipeline().fireChannelRead(bytes(300_000)).fireChannelReadComplete();
        nanos.addAndGet(1_000);
        connect().pipeline().fireChannelRead(bytes(300_000)).fireChannelReadComplete();
        assertThat(backlog.total()).isEqualTo(600_000);
        return closing;
    }

    private static ByteBuf bytes(int length) {
        return Unpooled.wrappedBuffer(new byte[length]);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
        peers.forEach(peer -> peer.pass(time));
    }

    @Test
    void unreadResponseClosesItsConnection() {
        SlowPeer stuck = connect();
        SlowPeer idle = connect();
        write(stuck, 100);

        pass(PATIENCE.minusSeconds(1));
        assertThat(stuck.isOpen()).isTrue();
        pass(Duration.ofSeconds(1));

        assertThat(stuck.isOpen()).isFalse();
        assertThat(idle.isOpen()).isTrue();
        assertThat(backlog.total()).isZero();
        assertThat(log).hasSize(1);
    }

    @Test
    void slowReaderWithProgressIsServed() {
        SlowPeer slow = connect();
        write(slow, 100_000);

        for (int i = 0; i < 6; i++) {
            slow.reads(ConnectionBacklog.PROGRESS_BYTES + 1_000);
            pass(PATIENCE);
            assertThat(slow.isOpen()).isTrue();
        }

        assertThat(slow.received()).isEqualTo(100_000);
        pass(PATIENCE.multipliedBy(2));
        assertThat(slow.isOpen()).isTrue();
    }

    @Test
    void readerOfOneByteASecondIsClosed() {
        SlowPeer slow = connect();
        write(slow, 100_000);

        for (int i = 0; i < PATIENCE.toSeconds(); i++) {
            assertThat(slow.isOpen()).isTrue();
            slow.reads(1);
            pass(Duration.ofSeconds(1));
        }

        assertThat(slow.isOpen()).isFalse();
    }

    @Test
    void streamWithOccasionalWritesStaysOpen() {
        SlowPeer stream = connect();
        stream.readsAll();

        for (int i = 0; i < 10; i++) {
            write(stream, 100);
            pass(PATIENCE);
        }

        assertThat(stream.isOpen()).isTrue();
    }

    @Test
    void connectionsThatHoldMuchForLongAreClosedBeyondTheLimit() {
        List<SlowPeer> attackers = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            SlowPeer attacker = connect();
            write(attacker, 100_000);
            attackers.add(attacker);
        }
        pass(Duration.ofSeconds(1));
        SlowPeer ordinary = connect();
        write(ordinary, 90_000);
        assertThat(attackers).allMatch(SlowPeer::isOpen);

        SlowPeer newest = connect();
        write(newest, 50_000);
        peers.forEach(SlowPeer::runPendingTasks);

        assertThat(attackers.stream().filter(SlowPeer::isOpen)).hasSize(6);
        assertThat(ordinary.isOpen()).isTrue();
        assertThat(newest.isOpen()).isTrue();
        assertThat(backlog.total()).isBetween(600_000L, 760_000L);
        assertThat(log).hasSize(1);
    }

    @Test
    void bytesSentMeanwhileAreNotCounted() {
        List<SlowPeer> sent = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            SlowPeer peer = connect();
            write(peer, 100_000);
            // As the event loop does when the socket can be written to again.
            peer.unsafe().outboundBuffer().remove();
            sent.add(peer);
        }

        write(connect(), 600_000);
        write(connect(), 300_000);

        assertThat(peers).allMatch(SlowPeer::isOpen);
    }

    /** Netty closes no connection before it has read from all that are ready. */
    @Test
    void longRequestsWaitUntilTheMemoryOfClosedConnectionsIsFree() {
        List<SlowPeer> ready = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            ready.add(connect());
        }

        ready.forEach(peer -> peer.pipeline().fireChannelRead(bytes(27_000)).fireChannelReadComplete());

        List<SlowPeer> served = ready.stream().filter(peer -> !peer.inboundMessages().isEmpty()).toList();
        assertThat(served).hasSizeLessThan(MOST / 27_000);
        assertThat(served).first().satisfies(peer -> assertThat(peer.config().isAutoRead()).isTrue());
        assertThat(ready).last().satisfies(peer -> assertThat(peer.config().isAutoRead()).isFalse());
    }

    @Test
    void shortRequestDoesNotWaitForRoom() {
        for (int i = 0; i < 100; i++) {
            connect().pipeline().fireChannelRead(bytes(27_000)).fireChannelReadComplete();
        }
        pass(Duration.ZERO);
        SlowPeer ordinary = connect();

        ordinary.pipeline().fireChannelRead(bytes(500)).fireChannelReadComplete();
        for (int i = 0; i < 100; i++) {
            connect().pipeline().fireChannelRead(bytes(27_000)).fireChannelReadComplete();
            pass(Duration.ofSeconds(1));
        }

        assertThat(ordinary.inboundMessages()).hasSize(1);
        assertThat(ordinary.isOpen()).isTrue();
    }

    @Test
    void waitingBytesArePassedOnInOrderWhenThereIsRoom() {
        SlowPeer closing = connectThatIsClosing();
        SlowPeer late = connect();
        late.pipeline().fireChannelRead(bytes(5_000)).fireChannelRead(bytes(6_000)).fireChannelReadComplete();
        assertThat(late.inboundMessages()).isEmpty();
        assertThat(late.config().isAutoRead()).isFalse();

        pass(Duration.ZERO);

        assertThat(closing.isOpen()).isFalse();
        assertThat(late.inboundMessages()).extracting(read -> ((ByteBuf) read).readableBytes()).containsExactly(5_000, 6_000);
        assertThat(late.config().isAutoRead()).isTrue();
    }

    @Test
    void waitingBytesAreReleasedWithTheirConnection() {
        connectThatIsClosing();
        SlowPeer late = connect();
        ByteBuf read = bytes(5_000);
        late.pipeline().fireChannelRead(read);

        late.close();

        assertThat(read.refCnt()).isZero();
    }

    @Test
    void connectionWithUnreadResponsesIsNotReadFrom() {
        SlowPeer peer = connect();
        write(peer, 100_000);
        assertThat(peer.config().isAutoRead()).isFalse();

        peer.readsAll();

        assertThat(peer.config().isAutoRead()).isTrue();
    }

    @Test
    void closedConnectionHoldsNothing() {
        SlowPeer peer = connect();
        write(peer, 100_000);
        assertThat(backlog.total()).isGreaterThanOrEqualTo(100_000);

        peer.close();

        assertThat(backlog.total()).isZero();
    }
}
