package dev.leantokens.issuer;

import java.time.Duration;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What concerns all trusted issuers. {@code access.issuers} has the settings of each. */
@ConfigMapping(prefix = "issuers")
public interface IssuersConfig {

    /** For how long an issuer's keys are used after they were last fetched, while it is unavailable. */
    @WithDefault("24h")
    Duration keepKeys();
}
