package dev.leantokens.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;

import dev.leantokens.token.TokenKey;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;

/**
 * The tokens that operators had all replicas forget, by the command {@code forget}.
 * <p>
 * Redis has a log of what was forgotten, ordered by <i>generations</i>, which only grow. A token belongs to the generation that
 * its replica knew when it requested the token from Lean; it is forgotten if a later generation selects it. A replica reads the
 * log when a message says so, or when a heartbeat shows a generation that it does not know, for example because it was cut off
 * from Redis. Until it has read it, it takes no older token from Redis.
 * <p>
 * What cannot be opened counts as everything: a log that was changed or lost costs calls to Lean, but no forgotten token comes
 * back by that. Thread-safe.
 */
final class ForgottenTokens implements StoreLink.Listener, TokenGenerations {

    /** The message that the log has changed. */
    static final String MESSAGE = "forget";

    /** The length of the log. Tokens that are older than its start are forgotten. */
    static final int LENGTH = 1000;

    /** Later than any other. */
    private static final long UNKNOWN = Long.MAX_VALUE;

    private static final Buffer MESSAGE_BYTES = Buffer.buffer(MESSAGE);
    private static final StoreScript SCRIPT = StoreScript.read("forgotten");

    private final StoreLink link;
    private final StoreKeys keys;
    /** The key of the log, under which its selectors are sealed. */
    private final String name;
    private final List<String> names;
    private final Duration patience;
    private final AtomicBoolean reading = new AtomicBoolean();

    /** What was forgotten, from the oldest. */
    private volatile List<Forgotten> log = List.of();
    /** The generation up to which the log has been read. */
    private volatile long generation;
    /** The latest generation that Redis has. */
    private volatile long latest = UNKNOWN;
    private volatile Consumer<Predicate<TokenKey>> memory = selected -> {
    };

    private record Forgotten(long generation, TokenSelector selector) {
    }

    /** @param patience how long to wait for Redis */
    ForgottenTokens(StoreLink link, StoreKeys keys, StoreNames names, Duration patience) {
        this.link = link;
        this.keys = keys;
        this.name = name(names);
        this.names = List.of(name);
        this.patience = patience;
    }

    /** @return the key of the log: a sorted set of sealed selectors, by their generations */
    static String name(StoreNames names) {
        return names.fleet("forgotten");
    }

    @Override
    public void onForget(Consumer<Predicate<TokenKey>> consumer) {
        memory = consumer;
    }

    @Override
    public long generation() {
        return generation;
    }

    @Override
    public boolean mayInclude(TokenKey key, long since) {
        return since < latest && latest != generation || includes(key, since);
    }

    @Override
    public boolean includes(TokenKey key, long since) {
        List<Forgotten> entries = log;
        for (int i = entries.size() - 1; i >= 0 && entries.get(i).generation() > since; i--) {
            if (entries.get(i).selector().test(key)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void pulse(StorePulse pulse) {
        latest = pulse.generation();
        if (latest != generation) {
            read();
        }
    }

    @Override
    public void disconnected() {
        latest = UNKNOWN;
    }

    @Override
    public void message(Buffer message) {
        if (message.equals(MESSAGE_BYTES)) {
            read();
        }
    }

    /** Reads the log, unless that is under way. What a read misses is noticed by the next heartbeat. */
    private void read() {
        if (reading.compareAndSet(false, true)) {
            link.run(SCRIPT, names, List.of(Buffer.buffer(Long.toString(generation))), patience)
                    .onTermination().invoke(() -> reading.set(false))
                    .subscribe().with(this::apply, unavailable -> {
                    });
        }
    }

    /** @param reply the generation, then the selectors since the one that this replica knows, each with its generation */
    private synchronized void apply(Response reply) {
        List<Forgotten> added = new ArrayList<>();
        for (int i = 1; i + 1 < reply.size(); i += 2) {
            added.add(new Forgotten(reply.get(i + 1).toLong(), open(reply.get(i).toBytes())));
        }
        List<Forgotten> entries = new ArrayList<>(log);
        entries.addAll(added);
        // In this order: a token that is cached meanwhile is either seen by its replica as forgotten, or dropped here.
        log = List.copyOf(bounded(entries));
        latest = reply.get(0).toLong();
        generation = latest;
        added.forEach(each -> memory.accept(each.selector()));
    }

    private TokenSelector open(byte[] sealed) {
        Seal.Opened opened = Seal.open(keys.current(), name, sealed);
        return opened.flaw().isPresent() ? TokenSelector.ALL : TokenSelector.decode(opened.content());
    }

    private static List<Forgotten> bounded(List<Forgotten> entries) {
        if (entries.size() <= LENGTH) {
            return entries;
        }
        List<Forgotten> rest = new ArrayList<>(entries.subList(entries.size() - LENGTH, entries.size()));
        rest.set(0, new Forgotten(rest.get(0).generation(), TokenSelector.ALL));
        return rest;
    }

    /** @return a selector as the log has it */
    static byte[] seal(StoreKeys keys, StoreNames names, TokenSelector selector) {
        return Seal.seal(keys.current().get(0), name(names), selector.encode());
    }
}
