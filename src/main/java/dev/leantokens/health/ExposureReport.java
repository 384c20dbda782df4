package dev.leantokens.health;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

import dev.leantokens.StartOrder;
import dev.leantokens.access.AccessRules;
import dev.leantokens.health.Exposure.Tokens;
import dev.leantokens.lean.LeanStandIn;
import dev.leantokens.tls.CallersCertificates;
import dev.leantokens.token.ServiceCredentials;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig.InsecureRequests;
import io.smallrye.config.SmallRyeConfig;

/** Says at the start what is exposed and to whom. */
@ApplicationScoped
class ExposureReport {

    private static final Logger LOG = Logger.getLogger(ExposureReport.class);

    private final AccessRules access;
    private final CallersCertificates certificates;
    private final ServiceCredentials credentials;
    private final LeanStandIn standIn;

    ExposureReport(AccessRules access, CallersCertificates certificates, ServiceCredentials credentials, LeanStandIn standIn) {
        this.access = access;
        this.certificates = certificates;
        this.credentials = credentials;
        this.standIn = standIn;
    }

    void say(@Observes @Priority(StartOrder.REPORT) StartupEvent event) {
        VertxHttpConfig http = ConfigProvider.getConfig().unwrap(SmallRyeConfig.class).getConfigMapping(VertxHttpConfig.class);
        boolean encrypted = http.insecureRequests().filter(plain -> plain != InsecureRequests.ENABLED).isPresent();
        Exposure exposure = new Exposure(http.host(), encrypted, encrypted && certificates.areRequired(), tokens(),
                access.audience(credentials.current().isPresent()));
        LOG.log(exposure.isIncomplete() ? Level.WARN : Level.INFO, exposure.line());
        exposure.warnings().forEach(LOG::warn);
    }

    private Tokens tokens() {
        if (standIn.isUsed()) {
            return Tokens.STAND_IN;
        }
        return credentials.current().isPresent() || access.onlyCallerCredentials() ? Tokens.REAL : Tokens.INCOMPLETE;
    }
}
