package dev.leantokens.token;

import java.util.List;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What the service hands out at all. */
@ConfigMapping(prefix = "token")
public interface TokenConfig {

    /** The scopes that may be asked for, as patterns in which {@code *} stands for an id. */
    @WithDefault("api,customer.*")
    List<ScopePattern> scopes();
}
