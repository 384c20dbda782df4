package dev.leantokens.issuer;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

import org.jose4j.jwk.PublicJsonWebKey;

import io.smallrye.mutiny.Uni;

/** Keys that a test sets. Their issuer can be asked as often as the test says. */
class FakeKeys implements IssuerKeys {

    final AtomicInteger refreshes = new AtomicInteger();

    private volatile Optional<List<PublicJsonWebKey>> current;
    private volatile int mayBeAsked;
    private volatile boolean outdated;

    FakeKeys(List<PublicJsonWebKey> keys) {
        this.current = Optional.of(keys);
    }

    void set(List<PublicJsonWebKey> keys) {
        current = Optional.of(keys);
    }

    void lose() {
        current = Optional.empty();
    }

    void mayBeAsked(int times) {
        mayBeAsked = times;
    }

    @Override
    public Optional<List<PublicJsonWebKey>> current() {
        return current;
    }

    @Override
    public Optional<Uni<Void>> refresh(Optional<List<PublicJsonWebKey>> seen) {
        if (refreshes.get() >= mayBeAsked) {
            return Optional.empty();
        }
        refreshes.incrementAndGet();
        return Optional.of(Uni.createFrom().voidItem());
    }

    void outdated() {
        outdated = true;
    }

    @Override
    public boolean mayBeOutdated() {
        return outdated;
    }
}
