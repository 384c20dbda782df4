package dev.leantokens.hostile;

import java.time.Duration;
import java.util.Random;
import java.util.random.RandomGenerator;

/**
 * Random cases, one after the other, for a limited time. Each case has its own seed, so that a case that failed can be
 * repeated alone.
 * <p>
 * System properties: {@code hostile.seconds} is the duration, by default {@value #DEFAULT_SECONDS}; {@code hostile.seed} the
 * seed of the campaign, or {@value #NEW} for a new one; {@code hostile.case} the seed of the only case. The default seed is
 * always the same, so that a test run which fails does so because of what has changed. {@code make hostile} plays new cases.
 */
public final class Campaign {

    private static final int DEFAULT_SECONDS = 60;
    private static final String DEFAULT_SEED = "1";
    private static final String NEW = "new";

    private final String name;
    private final Duration duration;
    private final long seed;
    private final Long onlyCase;

    private Campaign(String name, Duration duration, long seed, Long onlyCase) {
        this.name = name;
        this.duration = duration;
        this.seed = seed;
        this.onlyCase = onlyCase;
    }

    /** One case: the same seed means the same case. */
    @FunctionalInterface
    public interface Case {

        /** @throws Exception or an {@link AssertionError} if the service has misbehaved */
        void play(RandomGenerator random) throws Exception;
    }

    /** @param name names the campaign in the output */
    public static Campaign named(String name) {
        return named(name, seconds());
    }

    /** @param seconds its duration, where several campaigns share the time of one */
    public static Campaign named(String name, int seconds) {
        return new Campaign(name, Duration.ofSeconds(seconds), seed(), Long.getLong("hostile.case"));
    }

    /** @return the duration of every campaign */
    public static int seconds() {
        return Integer.getInteger("hostile.seconds", DEFAULT_SECONDS);
    }

    /** @return the seed of every campaign */
    public static long seed() {
        String seed = System.getProperty("hostile.seed", DEFAULT_SEED);
        return seed.equals(NEW) ? new Random().nextLong() : Long.parseLong(seed);
    }

    /**
     * Plays cases until the time is over, and at least one.
     *
     * @return the number of cases
     * @throws AssertionError if a case has failed; its message has the seed of that case
     */
    public int play(Case toPlay) {
        if (onlyCase != null) {
            play(toPlay, 1, onlyCase);
            return 1;
        }
        System.out.printf("%s: -Dhostile.seed=%d, %d s%n", name, seed, duration.toSeconds());
        Random seeds = new Random(seed);
        long start = System.nanoTime();
        int played = 0;
        do {
            played++;
            play(toPlay, played, seeds.nextLong());
        } while (System.nanoTime() - start < duration.toNanos());
        System.out.printf("%s: %d cases%n", name, played);
        return played;
    }

    private void play(Case toPlay, int number, long seedOfCase) {
        try {
            toPlay.play(new Random(seedOfCase));
        } catch (Throwable e) {
            throw new AssertionError("%s, case %d of -Dhostile.seed=%d; repeat it alone with -Dhostile.case=%d: %s".formatted(
                    name, number, seed, seedOfCase, e.getMessage()), e);
        }
    }
}
