package dev.leantokens.tls;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.eclipse.microprofile.config.ConfigProvider;

import dev.leantokens.StartOrder;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.SmallRyeConfig;

/** Refuses to start with settings of TLS that are wrong. */
@ApplicationScoped
class TlsStart {

    void check(@Observes @Priority(StartOrder.SETTINGS) StartupEvent event) {
        SmallRyeConfig config = ConfigProvider.getConfig().unwrap(SmallRyeConfig.class);
        for (TlsBucket side : TlsBucket.values()) {
            TlsRules.check(TlsSettings.of(side, property -> config.getConfigValue(property).getValue()));
        }
    }
}
