package dev.leantokens.health;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.ObserverMethod;

import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

import dev.leantokens.access.AccessRules;
import dev.leantokens.tls.CallersCertificates;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig.InsecureRequests;
import io.smallrye.config.SmallRyeConfig;

/** Says at the start what is exposed and to whom. */
@ApplicationScoped
class ExposureReport {

    private static final Logger LOG = Logger.getLogger(ExposureReport.class);

    private static final int LAST = ObserverMethod.DEFAULT_PRIORITY + 200;

    private final AccessRules access;
    private final CallersCertificates certificates;

    ExposureReport(AccessRules access, CallersCertificates certificates) {
        this.access = access;
        this.certificates = certificates;
    }

    void say(@Observes @Priority(LAST) StartupEvent event) {
        VertxHttpConfig http = ConfigProvider.getConfig().unwrap(SmallRyeConfig.class).getConfigMapping(VertxHttpConfig.class);
        boolean encrypted = http.insecureRequests().filter(plain -> plain != InsecureRequests.ENABLED).isPresent();
        Exposure exposure = new Exposure(http.host(), encrypted, encrypted && certificates.areRequired(), access.audience());
        LOG.info(exposure.line());
        exposure.warnings().forEach(LOG::warn);
    }
}
