package dev.leantokens.cache;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import jakarta.inject.Singleton;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;

import dev.leantokens.token.AcceptedCredentials;
import dev.leantokens.token.AcceptedCredentials.Acceptance;
import dev.leantokens.token.Scope;
import io.quarkus.runtime.annotations.RegisterForReflection;

/**
 * Remembers accepted credentials in memory, whether or not the token cache is enabled. Only a token from Lean creates an entry,
 * so callers cannot invent entries: each has cost a call from a real client's budget.
 */
@Singleton
@RegisterForReflection(classNames = {
        // Caffeine loads the classes for these settings by name.
        EmbeddedTokenCache.CAFFEINE + "SSMSW", EmbeddedTokenCache.CAFFEINE + "PSWMS" })
final class EmbeddedAcceptedCredentials implements AcceptedCredentials {

    /** Maximum number of credentials, and of credentials with a scope. Far fewer of Lean's clients use one process. */
    private static final int MAX_SIZE = 10_000;

    /**
     * Counted from the last acceptance. A client in use renews its tokens about once an hour and may pause overnight. A
     * forgotten client loses nothing: its next token adds it again.
     */
    private static final Duration REMEMBERED_FOR = Duration.ofDays(1);

    private final Cache<String, Standing> credentials;
    private final Cache<Subject, Boolean> subjects;

    private record Subject(String fingerprint, Scope scope) {

        /** Excludes the fingerprint. */
        @Override
        public String toString() {
            return "Subject[" + scope + "]";
        }
    }

    /** Mutable, since a new entry for a refusal would extend the time for which the acceptance is remembered. */
    private static final class Standing {

        private volatile boolean refusedSince;
    }

    EmbeddedAcceptedCredentials(Clock clock) {
        this.credentials = bounded(clock);
        this.subjects = bounded(clock);
    }

    @Override
    public Acceptance of(String fingerprint, Scope scope) {
        Standing standing = credentials.getIfPresent(fingerprint);
        return standing == null ? Acceptance.NONE
                : new Acceptance(!standing.refusedSince, subjects.getIfPresent(new Subject(fingerprint, scope)) != null);
    }

    @Override
    public void accept(String fingerprint, Scope scope) {
        credentials.put(fingerprint, new Standing());
        subjects.put(new Subject(fingerprint, scope), Boolean.TRUE);
    }

    @Override
    public boolean refuse(String fingerprint) {
        Standing standing = credentials.getIfPresent(fingerprint);
        if (standing == null) {
            return true;
        }
        standing.refusedSince = true;
        return false;
    }

    private static <K, V> Cache<K, V> bounded(Clock clock) {
        return Caffeine.newBuilder()
                .maximumSize(MAX_SIZE)
                .expireAfterWrite(REMEMBERED_FOR)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .executor(Runnable::run)
                .build();
    }
}
