package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

import org.jboss.logging.Logger;

import dev.leantokens.token.AccessToken;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.LeanRequest;
import dev.leantokens.token.TokenError;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;

/**
 * Asks Lean once, and translates what comes of it. Started with the application, so that a configuration that contradicts
 * itself stops the start and not the first request.
 */
@ApplicationScoped
public class LeanClient {

    private static final Logger LOG = Logger.getLogger(LeanClient.class);

    private static final String CLIENT_CREDENTIALS_GRANT = "client_credentials";
    /**
     * The REST client has a limit of its own, which ends when the answer begins; ours cuts an answer that drips. It comes a
     * little later, so that a call that is still waiting for a connection has been ended by the other: the REST client forgets
     * to give a connection back that it is handed after it was cancelled.
     */
    private static final Duration AFTER_THE_CLIENTS_OWN_LIMIT = Duration.ofMillis(200);

    /** Calls a minute for one client id, unless Lean agreed to more. A smaller budget is a share of them. */
    private static final int LEAN_ALLOWS = 60;

    private static final byte[] NOTHING = new byte[0];

    private final LeanConnections connections;
    private final OwnCredentials own;
    private final LeanAccount account;
    private final LeanConfig config;
    private final Clock clock;
    private final Optional<LeanProxy> proxy;
    private final TimeLimit limit;
    private final HostLookup lookup;

    LeanClient(LeanConnections connections, OwnCredentials own, LeanAccount account, LeanConfig config, Clock clock,
            Vertx vertx) {
        this.connections = connections;
        this.own = own;
        this.account = account;
        this.config = config;
        this.clock = clock;
        this.proxy = LeanProxy.of(config);
        this.limit = new TimeLimit(vertx, longestCall());
        this.lookup = new HostLookup(vertx, proxy.map(LeanProxy::host).orElse(account.url().getHost()));
    }

    void announce(@Observes StartupEvent event) {
        boolean service = account.clientId().isPresent();
        LOG.info((service ? "Tokens come from " : "Lean is at ") + account.url()
                + proxy.map(there -> " by the proxy at " + there.host() + ":" + there.port()).orElse("")
                + (service ? ", requested with this service's credentials by " + config.clientAuthentication().configuredName()
                        : ", without credentials of this service"));
        if (service && config.requestsPerMinute() >= LEAN_ALLOWS) {
            LOG.info("Lean gets up to " + config.requestsPerMinute()
                    + " calls a minute from this process alone: replicas do not "
                    + "share a budget, so with several set LEAN_REQUESTS_PER_MINUTE to the share of each");
        }
        if (!account.isEncrypted() && !account.isLocal()) {
            LOG.warn("LEAN_URL is plain http: secrets and tokens travel to Lean unencrypted");
        }
    }

    /**
     * @return the token; or a failure that is always a {@link dev.leantokens.token.TokenException}, with the time to wait only
     *         where Lean said one. It takes {@link #longestCall} at most
     */
    Uni<AccessToken> requestToken(LeanRequest request) {
        return limit.on(lookup.look().chain(() -> proof(request))
                .chain(proof -> send(request, proof)
                        .map(response -> answer(response).token(request, proof, config, time(response)))))
                .onFailure().transform(LeanFailure::translate);
    }

    /** @return how long a call takes at most, whatever Lean does */
    Duration longestCall() {
        return config.requestTimeout().plus(AFTER_THE_CLIENTS_OWN_LIMIT);
    }

    /** @return the status of Lean's metadata document, which is asked for without credentials */
    Uni<Integer> metadataStatus() {
        return limit.on(lookup.look().chain(() -> connections.current().api().metadata()))
                .map(response -> answer(response).status())
                .onFailure().transform(LeanFailure::translate);
    }

    private Uni<ClientProof> proof(LeanRequest request) {
        return request.callers().isPresent() ? proof(request.callers().get()) : own.authentication().proof();
    }

    private Uni<ClientProof> proof(ClientCredentials callers) {
        return switch (config.clientAuthentication()) {
            case CLIENT_SECRET_BASIC -> Uni.createFrom().item(ClientProof.basic(callers));
            case CLIENT_SECRET_POST, PRIVATE_KEY_JWT -> Uni.createFrom().item(ClientProof.post(callers));
            // With its certificate on the connection, the service's id alone could do, whatever the secret beside it.
            case TLS_CLIENT_AUTH -> own.isOfId(callers.clientId())
                    ? Uni.createFrom().failure(TokenError.CALLER_REFUSED.because("this id has no secret"))
                    : Uni.createFrom().item(ClientProof.post(callers));
        };
    }

    private Uni<Response> send(LeanRequest request, ClientProof proof) {
        return connections.current().api().requestToken(proof.authorization(), proof.clientId(), proof.clientSecret(),
                proof.assertionType(), proof.assertion(), CLIENT_CREDENTIALS_GRANT, request.scope().value());
    }

    /** By Lean's clock if it says, since it reckons its dates by that one. */
    private Instant time(Response response) {
        Date date = response.getDate();
        return date == null ? clock.instant() : date.toInstant();
    }

    private LeanAnswer answer(Response response) {
        try (response) {
            byte[] body = response.hasEntity() ? response.readEntity(byte[].class) : NOTHING;
            return new LeanAnswer(response.getStatus(), response.getHeaderString(HttpHeaders.RETRY_AFTER),
                    ContentEncoding.decode(body, response.getHeaderString(HttpHeaders.CONTENT_ENCODING),
                            config.maxResponseSize().asLongValue()));
        }
    }
}
