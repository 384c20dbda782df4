package dev.leantokens.store;

import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;

import dev.leantokens.token.AccessToken;
import dev.leantokens.token.CachedToken;
import dev.leantokens.token.Scope;
import dev.leantokens.token.TokenKey;
import dev.leantokens.token.TokenStore.Lead;
import dev.leantokens.token.TokenStore.Turn;
import dev.leantokens.token.TokenStore.Wish;
import io.smallrye.mutiny.Uni;

/**
 * Shares a token that no one requests, whenever Redis becomes available. The first call would otherwise load classes and send
 * scripts, and that could take longer than callers wait for Redis.
 */
final class WarmUp implements StoreLink.Listener {

    private static final Scope SCOPE = new Scope("warm-up");
    private static final Duration LIFE = Duration.ofSeconds(2);
    private static final Wish WISH = new Wish(new TokenKey("", "", "", SCOPE), "", false, LIFE.toMillis() / 2, false, false);

    private final Function<SharedTurn, Uni<Turn>> store;
    private final StoreKeys keys;
    private final StoreNames names;
    private final Clock clock;
    private final String replica;

    /**
     * @param store takes a turn, without counting it
     * @param replica identifies this replica, whose clock can differ from those of others
     */
    WarmUp(Function<SharedTurn, Uni<Turn>> store, StoreKeys keys, StoreNames names, Clock clock, String replica) {
        this.store = store;
        this.keys = keys;
        this.names = names;
        this.clock = clock;
        this.replica = replica;
    }

    @Override
    public void connected() {
        enter().subscribe().with(turn -> {
            if (turn instanceof Lead lead) {
                CachedToken.shared(AccessToken.of(Map.of("access_token", "none", "token_type", "none", "expires_in",
                        LIFE.toSeconds()), SCOPE), LIFE, clock.instant()).ifPresent(lead::publish);
                enter().subscribe().with(opened -> {
                    if (opened instanceof Lead unshared) {
                        unshared.release();
                    }
                });
            }
        });
    }

    private Uni<Turn> enter() {
        StoreKey key = keys.current().get(0);
        return store.apply(new SharedTurn(WISH, key, new TokenPlace(names.client(key, replica, "w:token"),
                names.client(key, replica, "w:lock"), names.client(key, replica, "w:credentials"),
                names.client(key, replica, "w:scope")), replica));
    }
}
