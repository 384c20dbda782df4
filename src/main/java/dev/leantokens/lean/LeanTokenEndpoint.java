package dev.leantokens.lean;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

import org.jboss.logging.Logger;

import dev.leantokens.error.TokenError;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.UpstreamTokenRequest;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.unchecked.Unchecked;
import io.vertx.core.Vertx;

/**
 * Asks Lean once, and translates what comes of it. Started with the application, so that a configuration that contradicts
 * itself stops the start and not the first request.
 */
@ApplicationScoped
public class LeanTokenEndpoint {

    private static final Logger LOG = Logger.getLogger(LeanTokenEndpoint.class);

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

    /** content-coding (RFC 9110 §8.4.1) as far as it can be told to a caller. */
    private static final Pattern CODINGS = Pattern.compile("[A-Za-z0-9._, -]{1,40}");

    private final ServiceLeanCredentials own;
    private final LeanAccount account;
    private final LeanConfig config;
    private final Clock clock;
    private final Optional<LeanProxy> proxy;
    private final LeanRoute route;

    LeanTokenEndpoint(LeanConnections connections, ConnectionGuards guards, LeanAddresses addresses, ServiceLeanCredentials own,
            LeanAccount account, LeanConfig config, Clock clock, Vertx vertx) {
        this.own = own;
        this.account = account;
        this.config = config;
        this.clock = clock;
        this.proxy = LeanProxy.of(config);
        this.route = new LeanRoute(connections, guards, addresses, new TimeLimit(vertx, longestCall()), longestCall(), clock);
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
     * One attempt at a token, which is sent once more where the connection and not Lean has failed.
     *
     * @param request one that {@link ServiceLeanCredentials#requireProof} lets pass
     * @param deadline when the last call of the attempt must be over
     * @param anotherCall whether one more call may be made
     * @return the token; or a failure: a {@link dev.leantokens.error.TokenException}, with the time to wait only where Lean
     *         said one, or what this service itself failed with
     */
    Uni<AccessToken> requestToken(UpstreamTokenRequest request, Instant deadline, BooleanSupplier anotherCall) {
        return route.through((api, onNewConnection) -> requestToken(request, api, onNewConnection), deadline, anotherCall)
                .onFailure().transform(LeanFailure::translate);
    }

    /** @return how long one call takes at most, whatever Lean does */
    Duration longestCall() {
        return config.requestTimeout().plus(AFTER_THE_CLIENTS_OWN_LIMIT);
    }

    /**
     * @return how long a connection may stay silent: less than the REST client's own limit, which cannot tell a reused
     *         connection from a new one; or longer than any call, if the deadline leaves no time for another one
     */
    static Duration patience(LeanConfig config) {
        Duration patience = config.requestTimeout().multipliedBy(9).dividedBy(10);
        Duration both = patience.plus(config.requestTimeout()).plus(AFTER_THE_CLIENTS_OWN_LIMIT.multipliedBy(2));
        return both.compareTo(config.deadline()) <= 0 ? patience : config.requestTimeout().multipliedBy(2);
    }

    /** @return the status of Lean's metadata document, which is requested without credentials */
    Uni<Integer> metadataStatus() {
        return Uni.createFrom().deferred(() -> route.through((api, onNewConnection) -> api.metadata().map(this::statusOf),
                clock.instant().plus(config.deadline()), () -> true))
                .onFailure().transform(LeanFailure::translate);
    }

    /** Creates a proof for each call: an assertion can be used once. */
    private Uni<AccessToken> requestToken(UpstreamTokenRequest request, LeanApi api, boolean onNewConnection) {
        return proof(request).chain(proof -> send(request, proof, api)
                .map(Unchecked.function(response -> token(request, proof, response, onNewConnection))));
    }

    private Uni<ClientProof> proof(UpstreamTokenRequest request) {
        return request.callerCredentials().isPresent() ? proof(request.callerCredentials().get())
                : own.authentication().proof();
    }

    private Uni<ClientProof> proof(ClientCredentials callers) {
        return switch (config.clientAuthentication()) {
            case CLIENT_SECRET_BASIC -> Uni.createFrom().item(ClientProof.basic(callers));
            case CLIENT_SECRET_POST, PRIVATE_KEY_JWT, TLS_CLIENT_AUTH -> Uni.createFrom().item(ClientProof.post(callers));
        };
    }

    private static Uni<Response> send(UpstreamTokenRequest request, ClientProof proof, LeanApi api) {
        return api.requestToken(proof.authorization(), proof.clientId(), proof.clientSecret(), proof.assertionType(),
                proof.assertion(), CLIENT_CREDENTIALS_GRANT, request.scope().value());
    }

    private AccessToken token(UpstreamTokenRequest request, ClientProof proof, Response response, boolean onNewConnection)
            throws StaleConnectionException {
        try (response) {
            byte[] body = response.hasEntity() ? response.readEntity(byte[].class) : NOTHING;
            LeanAnswer answer = new LeanAnswer(response.getStatus(), response.getHeaderString(HttpHeaders.RETRY_AFTER), body);
            if (answer.isAboutConnection() && !onNewConnection) {
                throw new StaleConnectionException("Lean answered " + answer.status());
            }
            if (answer.status() < 500) {
                requireIdentity(response.getHeaderString(HttpHeaders.CONTENT_ENCODING));
            }
            return answer.token(request, proof, config, time(response));
        }
    }

    private static void requireIdentity(String coding) {
        if (coding != null && !coding.isBlank() && !coding.strip().equalsIgnoreCase("identity")) {
            throw TokenError.UNUSABLE_ANSWER.because("unusable response from Lean: its content coding is "
                    + (CODINGS.matcher(coding).matches() ? coding.strip() : "unknown") + ", but none was accepted");
        }
    }

    private int statusOf(Response response) {
        try (response) {
            return response.getStatus();
        }
    }

    /** By Lean's clock if it says, since it calculates its dates by that one. */
    private Instant time(Response response) {
        Instant now = clock.instant();
        return HttpDate.parse(response.getHeaderString(HttpHeaders.DATE), now).orElse(now);
    }
}
