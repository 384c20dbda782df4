package dev.leantokens.store;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.jboss.logging.Logger;

import dev.leantokens.store.ForgottenLog.Entry;
import dev.leantokens.store.UnusableEntries.Kind;
import dev.leantokens.token.TokenKey;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Response;

/**
 * The tokens that operators had all replicas forget, by the command {@code forget}.
 * <p>
 * Redis has a log of what was forgotten, ordered by <i>generations</i>, which only grow. A token belongs to the generation that
 * its replica knew when it requested the token from Lean; it is forgotten if a later generation selects it. A message has each
 * entry as well, sealed for its generation, so a replica that is connected forgets whatever happens to the log. A replica that
 * was cut off reads the log as soon as a heartbeat shows a generation that it has not read; until then, it takes no older token
 * from Redis. A program that can write Redis can remove the entry before that, and the replica then keeps its tokens, unless
 * another one restores the generation.
 * <p>
 * An entry that cannot be opened counts as everything, since it may have been written with a key that is not configured here.
 * But anyone who can write Redis can add some, and without tokens in memory, each request would need one of the few calls to
 * Lean. So that happens at most once in 10 minutes. Thread-safe.
 */
final class ForgottenTokens implements StoreLink.Listener, TokenGenerations {

    /** The length of a sealed selector, with an id of more than Lean has. */
    static final int MAX_BYTES = 1024;
    /** How often all tokens are dropped because the log is incomplete. */
    static final Duration PAUSE = Duration.ofMinutes(10);

    /** Distinguishes these messages from others on the channel. */
    private static final byte MESSAGE = 'F';
    private static final int MESSAGE_START = 1 + Long.BYTES;
    /** More are left to the log, since opening them takes time. */
    private static final int MAX_MESSAGES = 100;

    /** In Redis, generations that are further ahead of its clock are removed. */
    private static final long AHEAD = TimeUnit.HOURS.toMicros(1);
    /** Later than any other. */
    private static final long UNKNOWN = Long.MAX_VALUE;

    private static final Logger LOG = Logger.getLogger(ForgottenTokens.class);
    private static final StoreScript SCRIPT = StoreScript.read("forgotten");

    private final StoreLink link;
    private final StoreKeys keys;
    /** The key of the log. */
    private final String name;
    private final Clock clock;
    private final UnusableEntries unusable;
    private final Vertx vertx;
    private final AtomicBoolean reading = new AtomicBoolean();

    private volatile ForgottenLog log = ForgottenLog.EMPTY;
    /** The generation up to which the log in Redis has been read. */
    private volatile long read;
    /** The latest generation that Redis has. */
    private volatile long inRedis = UNKNOWN;
    private volatile Consumer<Predicate<TokenKey>> memory = selected -> {
    };

    /** Whether the log has been read since the start. */
    private boolean started;
    /** The log is incomplete before this generation. */
    private long incomplete;
    private Optional<Long> droppedAt = Optional.empty();
    /** The number of messages since the last heartbeat. */
    private int messages;

    ForgottenTokens(StoreLink link, StoreKeys keys, StoreNames names, Clock clock, UnusableEntries unusable, Vertx vertx) {
        this.link = link;
        this.keys = keys;
        this.name = name(names);
        this.clock = clock;
        this.unusable = unusable;
        this.vertx = vertx;
    }

    /** @return the key of the log: a sorted set of sealed selectors, by their generations */
    static String name(StoreNames names) {
        return names.fleet("forgotten");
    }

    /** @return a selector as the log has it: it opens for this generation only */
    static byte[] seal(StoreKey key, StoreNames names, long generation, TokenSelector selector) {
        return Seal.seal(key, sealName(name(names), generation), selector.encode());
    }

    /** @return the message that an entry was added to the log */
    static Buffer message(long generation, byte[] sealed) {
        return Buffer.buffer().appendByte(MESSAGE).appendLong(generation).appendBytes(sealed);
    }

    private static String sealName(String name, long generation) {
        return name + ' ' + generation;
    }

    @Override
    public void onForget(Consumer<Predicate<TokenKey>> consumer) {
        memory = consumer;
    }

    @Override
    public long generation() {
        return log.generation();
    }

    @Override
    public boolean mayInclude(TokenKey key, long since) {
        boolean isKnown = since >= inRedis || inRedis == read;
        // A far later one is from before the clock of Redis was set back.
        return !isKnown || since > generation() + AHEAD || includes(key, since);
    }

    @Override
    public boolean includes(TokenKey key, long since) {
        return log.includes(key, since);
    }

    @Override
    public synchronized void pulse(StorePulse pulse) {
        messages = 0;
        long now = TimeUnit.MILLISECONDS.toMicros(pulse.time().toEpochMilli());
        if (log.generation() > now + AHEAD && mayDropAll()) {
            // Redis' clock was set back: commands write earlier generations from now on.
            read = 0;
            unusable.record(Kind.FORGOTTEN);
            dropAll(ForgottenLog.EMPTY.from(now));
        } else if (incomplete > log.start() && mayDropAll()) {
            dropAll(log.from(incomplete));
        }
        inRedis = pulse.generation();
        if (inRedis != read || inRedis < log.latest()) {
            read();
        } else {
            started = true;
        }
    }

    @Override
    public void disconnected() {
        inRedis = UNKNOWN;
    }

    @Override
    public synchronized void message(Buffer message) {
        if (message.length() < MESSAGE_START || message.getByte(0) != MESSAGE
                || message.length() > MESSAGE_START + MAX_BYTES || ++messages > MAX_MESSAGES) {
            return;
        }
        long generation = message.getLong(1);
        if (log.isNew(generation)) {
            open(generation, message.getBytes(MESSAGE_START, message.length()))
                    .ifPresent(selector -> add(List.of(new Entry(generation, selector))));
        }
    }

    /** Reads the log, unless that is under way. What a read misses is noticed by the next heartbeat. */
    private void read() {
        if (reading.compareAndSet(false, true)) {
            long latest = log.latest();
            byte[] all = Seal.seal(keys.current().get(0), sealName(name, latest), TokenSelector.ALL.encode());
            link.runInBackground(SCRIPT, List.of(name), List.of(text(read), text(latest), Buffer.buffer(all),
                    text(ForgottenLog.LENGTH), text(MAX_BYTES)))
                    .onTermination().invoke(() -> reading.set(false))
                    .subscribe().with(this::apply, unavailable -> {
                    });
        }
    }

    private static Buffer text(long number) {
        return Buffer.buffer(Long.toString(number));
    }

    /** @param reply that of the script */
    private synchronized void apply(Response reply) {
        try {
            long latest = reply.get(0).toLong();
            long now = reply.get(1).toLong();
            List<Entry> added = new ArrayList<>();
            long missing = 0;
            for (int i = 2; i + 1 < reply.size(); i += 2) {
                long generation = reply.get(i + 1).toLong();
                Optional<TokenSelector> selector = log.isNew(generation) ? open(generation, reply.get(i).toBytes())
                        : Optional.empty();
                if (selector.isPresent()) {
                    added.add(new Entry(generation, selector.get()));
                } else if (log.isNew(generation)) {
                    // At most now: it is perhaps invented, and must not hide what is forgotten later.
                    missing = Math.max(missing, Math.min(generation, now));
                }
            }
            if (reply.size() >= 2 + 2 * ForgottenLog.LENGTH) {
                // It may have been longer.
                missing = Math.max(missing, Math.min(reply.get(3).toLong(), now));
            }
            // In this order: a token that is cached meanwhile is either seen by its replica as forgotten, or dropped here.
            add(added);
            addIncomplete(missing);
            read = latest;
            inRedis = latest;
            started = true;
        } catch (RuntimeException e) {
            LOG.debug("The log of what is forgotten cannot be read: " + e.getClass().getName());
            unusable.record(Kind.FORGOTTEN);
        }
    }

    /** @return empty if it cannot be opened */
    private Optional<TokenSelector> open(long generation, byte[] sealed) {
        Seal.Opened opened = Seal.open(keys.current(), sealName(name, generation), sealed);
        return Optional.ofNullable(opened.content()).map(TokenSelector::decode);
    }

    private void add(List<Entry> added) {
        if (!added.isEmpty()) {
            log = log.with(added);
            List<TokenSelector> selectors = added.stream().map(Entry::selector).toList();
            drop(selectors.contains(TokenSelector.ALL) ? TokenSelector.ALL
                    : key -> selectors.stream().anyMatch(selector -> selector.test(key)));
        }
    }

    private void addIncomplete(long missing) {
        if (missing <= log.start()) {
            return;
        }
        if (!started) {
            // Perhaps sealed with a key that was replaced long ago.
            log = log.from(missing);
            drop(TokenSelector.ALL);
            return;
        }
        unusable.record(Kind.FORGOTTEN);
        incomplete = Math.max(incomplete, missing);
        if (mayDropAll()) {
            dropAll(log.from(incomplete));
        }
    }

    private boolean mayDropAll() {
        return droppedAt.isEmpty() || clock.millis() - droppedAt.get() >= PAUSE.toMillis();
    }

    private void dropAll(ForgottenLog next) {
        droppedAt = Optional.of(clock.millis());
        log = next;
        incomplete = 0;
        drop(TokenSelector.ALL);
    }

    /** Not on the event loop: there can be many tokens. */
    private void drop(Predicate<TokenKey> selected) {
        vertx.executeBlocking(() -> {
            memory.accept(selected);
            return null;
        }).onFailure(failure -> LOG.error("Tokens cannot be dropped from memory", failure));
    }
}
