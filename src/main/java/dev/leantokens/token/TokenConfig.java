package dev.leantokens.token;

import java.time.Duration;
import java.util.List;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Which tokens are issued, and how long cached ones are served. */
@ConfigMapping(prefix = "token")
public interface TokenConfig {

    /** The default of {@link #scopes()}. */
    String SCOPES = "api,customer.*";

    /** The scopes that callers may request, as patterns in which {@code *} stands for an id. */
    @WithDefault(SCOPES)
    List<ScopePattern> scopes();

    /** Minimum remaining validity with which a cached token for {@code api} is served. */
    @WithDefault("60s")
    Duration minimumValidity();

    /**
     * The same for {@code customer.<id>}: the LinkSDK requires 10 minutes when it starts, and the token has to reach the app.
     */
    @WithDefault("11m")
    Duration customerMinimumValidity();

    /** The last part of the time in which a token is issued: a request in it triggers a replacement in the background. */
    @WithDefault("0.2")
    double refreshAhead();

    /** How long a caller waits for Lean before it gets a cached token with less than the minimum validity. */
    @WithDefault("1s")
    Duration staleAfter();

    /** How long after a failed call Lean is not asked again to replace a token that is still valid. */
    @WithDefault("5s")
    Duration retryCooldown();

    /** Whether the service's token for {@code api} is fetched at the start. */
    @WithDefault("false")
    boolean prefetch();
}
