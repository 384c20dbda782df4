package dev.leantokens.tls;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.ObserverMethod;

import org.eclipse.microprofile.config.ConfigProvider;

import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.SmallRyeConfig;

/** Refuses to start with settings of TLS that are wrong. */
@ApplicationScoped
class TlsStart {

    private static final int FIRST = ObserverMethod.DEFAULT_PRIORITY - 200;

    void check(@Observes @Priority(FIRST) StartupEvent event) {
        SmallRyeConfig config = ConfigProvider.getConfig().unwrap(SmallRyeConfig.class);
        for (TlsBucket side : TlsBucket.values()) {
            TlsRules.check(TlsSettings.of(side, property -> config.getConfigValue(property).getValue()));
        }
    }
}
