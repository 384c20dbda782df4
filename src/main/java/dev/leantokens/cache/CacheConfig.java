package dev.leantokens.cache;

import java.time.Duration;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Whether tokens are kept, and how many. */
@ConfigMapping(prefix = "cache")
public interface CacheConfig {

    /** Whether tokens, and refusals, are kept at all. */
    @WithDefault("true")
    boolean enabled();

    /** How much memory the tokens may take. One of Lean's takes about 3.5 KiB. */
    @WithDefault("16M")
    MemorySize maxSize();

    /** For how long credentials that Lean refused are refused here. */
    @WithDefault("5s")
    Duration negativeTtl();
}
