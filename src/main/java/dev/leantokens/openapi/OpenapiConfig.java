package dev.leantokens.openapi;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What is served of the API description. */
@ConfigMapping(prefix = "openapi")
public interface OpenapiConfig {

    /** Whether there is a page that shows the description and tries it out. In development there always is. */
    @WithDefault("false")
    boolean swaggerUi();
}
