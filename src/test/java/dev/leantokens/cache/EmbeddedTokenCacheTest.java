package dev.leantokens.cache;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.CaffeineClasses;
import dev.leantokens.testing.Settings;
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
        return embedded("cache.max-size", "1M");
    }

    private EmbeddedTokenCache embedded(String property, String value) {
        return new EmbeddedTokenCache(Settings.of(CacheConfig.class, property, value), clock, registry);
    }

    @Test
    void disabledCacheStaysEmpty() {
        EmbeddedTokenCache cache = embedded("cache.enabled", "false");
        cache.put(customer(1), token(60));
        cache.putRefusal("credentials", Optional.empty(), REFUSAL);

        assertThat(cache.isEnabled()).isFalse();
        assertThat(cache.find(customer(1))).isEmpty();
        assertThat(cache.peek(customer(1))).isEmpty();
        assertThat(cache.refusal("credentials", customer(1).scope())).isEmpty();
        assertThat(registry.getMeters()).isEmpty();
    }

    @Test
    void memoryStaysBoundedUnderManyCustomers() {
        EmbeddedTokenCache cache = embedded();
        Gauge size = registry.get("cache.size").gauge();
        double most = 0;
        for (int i = 0; i < 100_000; i++) {
            cache.put(customer(i), token(3600));
            most = Math.max(most, size.value());
        }

        assertThat(most * token(3600).size()).isLessThan(ONE_MIB * 11 / 10);
        assertThat(registry.get("cache.evictions").functionCounter().count()).isGreaterThan(99_000);
    }

    @Test
    void refusalsStayBounded() {
        EmbeddedTokenCache cache = embedded();
        for (int i = 0; i < 100_000; i++) {
            cache.putRefusal("credentials" + i, Optional.empty(), REFUSAL);
            cache.putRefusal("credentials", Optional.of(customer(i).scope()), REFUSAL);
        }

        assertThat(CaffeineClasses.cachesOf(cache)).allSatisfy(each -> assertThat(each.estimatedSize()).isLessThan(10_100));
    }

    @Test
    void frequentlyRequestedTokenIsNotEvicted() {
        EmbeddedTokenCache cache = embedded();
        cache.put(customer(0), token(3600));
        for (int i = 1; i < 10_000; i++) {
            assertThat(cache.find(customer(0))).isPresent();
            cache.put(customer(i), token(3600));
        }
    }

    @Test
    void hitsAndMissesAreCounted() {
        EmbeddedTokenCache cache = embedded();
        cache.put(customer(1), token(60));
        cache.find(customer(1));
        cache.find(customer(2));

        assertThat(registry.get("cache.gets").tag("result", "hit").functionCounter().count()).isOne();
        assertThat(registry.get("cache.gets").tag("result", "miss").functionCounter().count()).isOne();
    }

    @Test
    void peekingIsNotCounted() {
        EmbeddedTokenCache cache = embedded();
        cache.put(customer(1), token(60));

        assertThat(cache.peek(customer(1))).isPresent();
        assertThat(cache.peek(customer(2))).isEmpty();
        assertThat(registry.get("cache.gets").functionCounters()).allSatisfy(counter -> assertThat(counter.count()).isZero());
    }

    /** A native executable includes only the classes of Caffeine that are registered. */
    @Test
    void classesThatCaffeineLoadsByNameAreRegistered() {
        assertThat(EmbeddedTokenCache.class.getAnnotation(RegisterForReflection.class).classNames())
                .containsExactlyInAnyOrderElementsOf(CaffeineClasses.usedBy(embedded()));
    }
}
