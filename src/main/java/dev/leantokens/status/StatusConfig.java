package dev.leantokens.status;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Settings of the status page. */
@ConfigMapping(prefix = "status")
public interface StatusConfig {

    /** Whether the page at / has the status of the service, for callers on this machine and local clients. */
    @WithDefault("true")
    boolean page();
}
