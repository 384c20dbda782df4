package dev.leantokens.http;

import java.time.Duration;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** How much of the service one caller, and all of them, can have at a time. */
@ConfigMapping(prefix = "limits")
public interface LimitsConfig {

    /** Open connections on each port. One more is closed at once. */
    @WithDefault("10000")
    int connections();

    /** Open connections on each port from one address, or from one /64 network of IPv6. */
    @WithDefault("5000")
    int connectionsPerPeer();

    /**
     * How long it may take from a request's first byte, or from the connection's beginning, until the answer begins. A
     * connection
     * that takes longer is closed.
     */
    @WithDefault("30s")
    Duration requestTime();
}
