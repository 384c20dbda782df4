package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

class HostAddressesTest {

    private static final InetAddress FOUR_A = address("192.0.2.1");
    private static final InetAddress FOUR_B = address("192.0.2.2");
    private static final InetAddress SIX_A = address("2001:db8::1");
    private static final InetAddress SIX_B = address("2001:db8::2");

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10);
    private final HostAddresses addresses = new HostAddresses(nanos::get);

    @Test
    void noAddressIsChosenBeforeAnyIsKnown() {
        assertThat(addresses.next()).isEmpty();
        addresses.recordFailure(FOUR_A);
        assertThat(addresses.count()).isZero();
    }

    @Test
    void firstAddressOfTheResolverIsTriedFirst() {
        addresses.replace(List.of(FOUR_B, FOUR_A));

        assertThat(addresses.next()).contains(FOUR_B);
        assertThat(addresses.next()).contains(FOUR_B);
    }

    @Test
    void failedAddressIsFollowedByTheNext() {
        addresses.replace(List.of(FOUR_A, FOUR_B));

        addresses.recordFailure(FOUR_A);

        assertThat(addresses.next()).contains(FOUR_B);
    }

    @Test
    void addressFamiliesAlternate() {
        addresses.replace(List.of(FOUR_A, FOUR_B, SIX_A, SIX_B));

        assertThat(orderOfFailures()).containsExactly(FOUR_A, SIX_A, FOUR_B, SIX_B);
    }

    @Test
    void familyOfTheFirstAddressIsTriedFirst() {
        addresses.replace(List.of(SIX_A, SIX_B, FOUR_A));

        assertThat(orderOfFailures()).containsExactly(SIX_A, FOUR_A, SIX_B);
    }

    @Test
    void addressWithTheOldestFailureIsTriedIfAllFailed() {
        addresses.replace(List.of(FOUR_A, FOUR_B));

        addresses.recordFailure(FOUR_B);
        nanos.addAndGet(1);
        addresses.recordFailure(FOUR_A);

        assertThat(addresses.next()).contains(FOUR_B);
    }

    @Test
    void failureExpires() {
        addresses.replace(List.of(FOUR_A, FOUR_B));
        addresses.recordFailure(FOUR_A);

        nanos.addAndGet(HostAddresses.FAILURE_MEMORY.toNanos());
        assertThat(addresses.next()).contains(FOUR_B);
        nanos.addAndGet(Duration.ofNanos(1).toNanos());
        assertThat(addresses.next()).contains(FOUR_A);
    }

    @Test
    void servingAddressIsTriedAgain() {
        addresses.replace(List.of(FOUR_A, FOUR_B));
        addresses.recordFailure(FOUR_A);

        addresses.recordSuccess(FOUR_A);

        assertThat(addresses.next()).contains(FOUR_A);
    }

    @Test
    void failureSurvivesAnotherLookup() {
        addresses.replace(List.of(FOUR_A, FOUR_B));
        addresses.recordFailure(FOUR_A);

        addresses.replace(List.of(FOUR_A, FOUR_B));

        assertThat(addresses.next()).contains(FOUR_B);
    }

    @Test
    void failureIsRemovedWithItsAddress() {
        addresses.replace(List.of(FOUR_A, FOUR_B));
        addresses.recordFailure(FOUR_A);

        addresses.replace(List.of(FOUR_B));
        addresses.replace(List.of(FOUR_A, FOUR_B));

        assertThat(addresses.next()).contains(FOUR_A);
    }

    /** Fails each address that is chosen. */
    private List<InetAddress> orderOfFailures() {
        return Stream.generate(() -> {
            InetAddress next = addresses.next().orElseThrow();
            addresses.recordFailure(next);
            nanos.addAndGet(1);
            return next;
        }).limit(addresses.count()).toList();
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
