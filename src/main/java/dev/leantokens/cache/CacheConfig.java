package dev.leantokens.cache;

import java.time.Duration;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Whether tokens are cached, and how many. */
@ConfigMapping(prefix = "cache")
public interface CacheConfig {

    /** Whether tokens and refusals are cached. */
    @WithDefault("true")
    boolean enabled();

    /** Maximum memory for tokens. One of Lean's takes about 3.5 KiB. */
    @WithDefault("16M")
    MemorySize maxSize();

    /** How long credentials that Lean refused are refused here, without a call to Lean. */
    @WithDefault("5s")
    Duration negativeTtl();
}
