package dev.leantokens.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import dev.leantokens.error.TokenError;
import dev.leantokens.testing.CaffeineClasses;
import dev.leantokens.token.TokenCache;
import dev.leantokens.token.TokenCacheContract;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.annotations.RegisterForReflection;

class EmbeddedTokenCacheTest extends TokenCacheContract {

    private static final int ONE_MIB = 1 << 20;

    private final MeterRegistry registry = new SimpleMeterRegistry();

    @Override
    protected TokenCache cache() {
        return embedded();
    }

    private EmbeddedTokenCache embedded() {
        return new EmbeddedTokenCache(ONE_MIB, Duration.ofSeconds(5), clock, registry);
    }

    @Test
    void memoryStaysBoundedUnderAMillionCustomers() {
        EmbeddedTokenCache cache = embedded();
        Gauge size = registry.get("cache.size").gauge();
        double most = 0;
        for (int i = 0; i < 1_000_000; i++) {
            cache.keep(customer(i), token(3600));
            most = Math.max(most, size.value());
        }

        assertThat(most * token(3600).size()).isLessThan(ONE_MIB * 11 / 10);
        assertThat(registry.get("cache.evictions").functionCounter().count()).isGreaterThan(990_000);
    }

    @Test
    void refusalsStayBoundedToo() {
        EmbeddedTokenCache cache = embedded();
        for (int i = 0; i < 100_000; i++) {
            cache.keepRefusal("credentials" + i,
                    TokenError.CALLER_REFUSED.because("refused"));
            cache.keepRefusal("credentials", customer(i).scope(), TokenError.CALLER_REFUSED.because("refused"));
        }

        assertThat(CaffeineClasses.cachesOf(cache)).allSatisfy(kept -> assertThat(kept.estimatedSize()).isLessThan(10_100));
    }

    @Test
    void tokenThatIsAskedForOftenOutlivesThoseThatAreNot() {
        EmbeddedTokenCache cache = embedded();
        cache.keep(customer(0), token(3600));
        for (int i = 1; i < 10_000; i++) {
            assertThat(cache.find(customer(0))).isPresent();
            cache.keep(customer(i), token(3600));
        }
    }

    @Test
    void findingAndMissingAreCounted() {
        EmbeddedTokenCache cache = embedded();
        cache.keep(customer(1), token(60));
        cache.find(customer(1));
        cache.find(customer(2));

        assertThat(registry.get("cache.gets").tag("result", "hit").functionCounter().count()).isOne();
        assertThat(registry.get("cache.gets").tag("result", "miss").functionCounter().count()).isOne();
    }

    @Test
    void lookingIsNotCounted() {
        EmbeddedTokenCache cache = embedded();
        cache.keep(customer(1), token(60));

        assertThat(cache.look(customer(1))).isPresent();
        assertThat(cache.look(customer(2))).isEmpty();
        assertThat(registry.get("cache.gets").functionCounters()).allSatisfy(counter -> assertThat(counter.count()).isZero());
    }

    /** A native executable has only those of Caffeine's classes that are named to it. */
    @Test
    void classesThatCaffeineFindsByNameAreRegistered() {
        assertThat(EmbeddedTokenCache.class.getAnnotation(RegisterForReflection.class).classNames())
                .containsExactlyInAnyOrderElementsOf(CaffeineClasses.usedBy(embedded()));
    }
}
