package dev.leantokens.limits;

import java.time.Duration;
import java.util.OptionalInt;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Limits on what one peer, and all peers together, can use at a time. */
@ConfigMapping(prefix = "limits")
public interface LimitsConfig {

    /** Open connections on each port; further ones are closed at once. */
    @WithDefault("10000")
    int connections();

    /** Open connections on each port from one IPv4 address or IPv6 /64 network; half of {@link #connections} by default. */
    OptionalInt connectionsPerPeer();

    /**
     * How long a request may take to arrive. A connection is closed if no response has started within this time plus
     * {@code LEAN_DEADLINE}, counted from the start of the connection or the request. Also how long a response may wait without
     * progress, see {@link Backlog}.
     */
    @WithDefault("20s")
    Duration requestTime();
}
