package dev.leantokens.openapi;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Settings of the API description. */
@ConfigMapping(prefix = "openapi")
public interface OpenapiConfig {

    /** Whether Swagger UI is served, a page that shows the description and sends requests. In development it always is. */
    @WithDefault("false")
    boolean swaggerUi();
}
