package dev.leantokens.access;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.jboss.logging.Logger;
import org.jboss.logging.Logger.Level;

import dev.leantokens.StartOrder;
import dev.leantokens.access.Exposure.Tokens;
import dev.leantokens.tls.CallersCertificates;
import dev.leantokens.token.ServiceCredentials;
import dev.leantokens.token.TokenStandIn;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.runtime.VertxHttpConfig;
import io.quarkus.vertx.http.runtime.VertxHttpConfig.InsecureRequests;

/** Logs the {@link Exposure} of the service when it has started. */
@ApplicationScoped
class ExposureReport {

    private static final Logger LOG = Logger.getLogger(ExposureReport.class);

    private final AccessRules access;
    private final CallersCertificates certificates;
    private final ServiceCredentials credentials;
    private final TokenStandIn standIn;
    private final VertxHttpConfig http;

    ExposureReport(AccessRules access, CallersCertificates certificates, ServiceCredentials credentials, TokenStandIn standIn,
            VertxHttpConfig http) {
        this.access = access;
        this.certificates = certificates;
        this.credentials = credentials;
        this.standIn = standIn;
        this.http = http;
    }

    void log(@Observes @Priority(StartOrder.REPORT) StartupEvent event) {
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
