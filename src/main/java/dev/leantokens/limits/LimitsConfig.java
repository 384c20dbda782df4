package dev.leantokens.limits;

import java.time.Duration;
import java.util.OptionalInt;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How much of the service one caller, and all of them, can have at a time. */
@ConfigMapping(prefix = "limits")
public interface LimitsConfig {

    /** Open connections on each port. One more is closed at once. */
    @WithDefault("10000")
    int connections();

    /** Open connections on each port from one address, or from one /64 network of IPv6. Half of all if it is not set. */
    OptionalInt connectionsPerPeer();

    /**
     * How long a request may take to come in. A connection on which no answer has begun after this time and
     * {@code LEAN_DEADLINE}, counted from its own or the request's first moment, is closed. Also how long an answer may wait
     * without progress, see {@link Backlog}.
     */
    @WithDefault("20s")
    Duration requestTime();
}
