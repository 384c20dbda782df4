package dev.leantokens.token;

import java.time.Duration;
import java.util.List;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What the service hands out at all. */
@ConfigMapping(prefix = "token")
public interface TokenConfig {

    /** The default of {@link #scopes()}. */
    String SCOPES = "api,customer.*";

    /** The scopes that may be asked for, as patterns in which {@code *} stands for an id. */
    @WithDefault(SCOPES)
    List<ScopePattern> scopes();

    /** A cached token for {@code api} is given out as long as it is valid for this long. */
    @WithDefault("60s")
    Duration minimumValidity();

    /**
     * The same for {@code customer.<id>}: Lean asks for 10 minutes at the start of the LinkSDK, and the app has to get there.
     */
    @WithDefault("11m")
    Duration customerMinimumValidity();

    /** In this last part of the time in which a token is given out, a request for it has it replaced in the background. */
    @WithDefault("0.2")
    double refreshAhead();

    /** How long a caller waits for Lean where there is a token that is valid, if for less than the minimum. */
    @WithDefault("1s")
    Duration staleAfter();

    /** For how long Lean is not asked again for a token of which there is a valid one, after a call for it failed. */
    @WithDefault("5s")
    Duration retryCooldown();

    /** Whether a token for {@code api} is asked for at the start, before anyone needs it. */
    @WithDefault("false")
    boolean prefetch();
}
