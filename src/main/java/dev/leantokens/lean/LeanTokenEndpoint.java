package dev.leantokens.lean;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

import org.jboss.logging.Logger;

import dev.leantokens.error.TokenError;
import dev.leantokens.lean.LeanFailure.StaleConnectionException;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.unchecked.Unchecked;
import io.vertx.core.Vertx;

/**
 * Makes single attempts at Lean's token endpoint, and translates their results. Created at startup, so that contradictory
 * settings stop the start and not the first request.
 */
@ApplicationScoped
class LeanTokenEndpoint {

    private static final Logger LOG = Logger.getLogger(LeanTokenEndpoint.class);

    /**
     * The REST client's time limit ends at the start of the response; the limit of a call also ends a response that drips. The
     * latter expires later, so that the REST client itself ends a call that waits for a connection: if such a call is
     * cancelled, the client leaks its connection.
     */
    private static final Duration AFTER_CLIENT_LIMIT = Duration.ofMillis(200);

    /** Lean's default limit of calls a minute for one client id. A smaller budget is a share of it. */
    private static final int LEAN_LIMIT = 60;

    /** content-coding (RFC 9110 §8.4.1), restricted to what is safe to quote to a caller. */
    private static final Pattern CODINGS = Pattern.compile("[A-Za-z0-9._, -]{1,40}");

    private final ServiceLeanCredentials credentials;
    private final LeanAccount account;
    private final LeanConfig config;
    private final Clock clock;
    private final Optional<LeanProxy> proxy;
    private final LeanRoute route;

    LeanTokenEndpoint(LeanConnections connections, ConnectionGuards guards, LeanAddresses addresses,
            ServiceLeanCredentials credentials, LeanAccount account, LeanConfig config, Clock clock, Vertx vertx) {
        this.credentials = credentials;
        this.account = account;
        this.config = config;
        this.clock = clock;
        this.proxy = LeanProxy.of(config);
        this.route = new LeanRoute(connections, guards, addresses, vertx, longestCall(config), clock);
    }

    /** @return the account: at Lean or at the stand-in */
    @Produces
    @Singleton
    static LeanAccount account(LeanConfig config, LeanStandIn standIn) {
        return standIn.account().orElseGet(() -> LeanAccount.of(config));
    }

    void announce(@Observes StartupEvent event, SharedBudget budget) {
        boolean service = account.clientId().isPresent();
        LOG.info((service ? "Tokens come from " : "Lean is at ") + account.url()
                + proxy.map(via -> " through the proxy at " + via.host() + ":" + via.port()).orElse("")
                + (service ? ", requested with this service's credentials by " + config.clientAuthentication().configuredName()
                        : "; no service credentials are configured"));
        if (service && config.requestsPerMinute() >= LEAN_LIMIT && !budget.isShared()) {
            LOG.info("This process sends up to " + config.requestsPerMinute() + " calls to Lean a minute. Replicas do not "
                    + "share a budget: with several, set STORE_URL, or set LEAN_REQUESTS_PER_MINUTE to the share of each");
        }
        if (!account.isEncrypted() && !account.isLocal()) {
            LOG.warn("LEAN_URL is plain http: secrets and tokens travel to Lean unencrypted");
        }
    }

    /**
     * Makes one attempt at a token. The call is repeated if the connection failed and not Lean. A call with a caller's
     * credentials gets a new connection, since no response says whose token it has: one that is late could not be recognized.
     * Responses to the service's calls name the scope.
     *
     * @param request one that {@link ServiceLeanCredentials#refuseIdProvedByCertificate} has accepted
     * @param trace traces the requests that are sent
     * @param deadline when the last call of the attempt must be over
     * @param permitRepetition returns whether the budget permits one more call
     * @return the token; or a failure: a {@link dev.leantokens.error.TokenException}, with a time to wait only if Lean named
     *         one, or another exception for a fault of this service
     */
    Uni<AccessToken> requestToken(UpstreamTokenRequest request, CallTrace trace, Instant deadline,
            Supplier<Uni<Boolean>> permitRepetition) {
        return route
                .through((api, onNewConnection) -> requestToken(request, trace, api, onNewConnection),
                        request.owner() == CredentialsOwner.CALLER, deadline, permitRepetition)
                .onFailure().transform(LeanFailure::translate);
    }

    /** @return the time limit of one call, including its response */
    static Duration longestCall(LeanConfig config) {
        return config.requestTimeout().plus(AFTER_CLIENT_LIMIT);
    }

    /**
     * @return how long a connection may stay silent: less than the REST client's own limit, which does not distinguish a reused
     *         connection from a new one; or longer than any call, if the deadline leaves no time for a repetition
     */
    static Duration silenceLimit(LeanConfig config) {
        Duration limit = config.requestTimeout().multipliedBy(9).dividedBy(10);
        Duration both = limit.plus(config.requestTimeout()).plus(AFTER_CLIENT_LIMIT.multipliedBy(2));
        return both.compareTo(config.deadline()) <= 0 ? limit : config.requestTimeout().multipliedBy(2);
    }

    /** @return the status of Lean's metadata document, which needs no credentials */
    Uni<Integer> metadataStatus() {
        return Uni.createFrom().deferred(() -> route.through((api, onNewConnection) -> api.metadata().map(response -> {
            try (response) {
                return response.getStatus();
            }
        }), false, clock.instant().plus(config.deadline()), () -> Uni.createFrom().item(true)))
                .onFailure().transform(LeanFailure::translate);
    }

    /** Creates a proof for each call, since an assertion can be used once. */
    private Uni<AccessToken> requestToken(UpstreamTokenRequest request, CallTrace trace, LeanApi api, boolean onNewConnection) {
        Instant started = clock.instant();
        return request.callerCredentials().map(this::proof).orElseGet(credentials::proof)
                .chain(proof -> trace.send(onNewConnection, sent -> api
                        .requestToken(proof.authorization(), sent.traceparent(), sent.tracestate(), proof.form(request.scope()))
                        .invoke(response -> sent.answered(response.getStatus()))
                        .map(Unchecked.function(
                                response -> requireValid(token(request, proof, response, onNewConnection),
                                        Duration.between(started, clock.instant()))))));
    }

    private Uni<ClientProof> proof(ClientCredentials callers) {
        return Uni.createFrom().item(config.clientAuthentication() == LeanConfig.ClientAuthentication.CLIENT_SECRET_BASIC
                ? ClientProof.basic(callers)
                : ClientProof.post(callers));
    }

    private AccessToken token(UpstreamTokenRequest request, ClientProof proof, Response response, boolean onNewConnection)
            throws IOException {
        try (response) {
            LeanAnswer answer = new LeanAnswer(response.getStatus(), response.getHeaderString(HttpHeaders.RETRY_AFTER),
                    response.getHeaderString(HttpHeaders.DATE), body(response));
            if (answer.isAboutConnection() && !onNewConnection) {
                throw new StaleConnectionException("Lean answered " + answer.status());
            }
            if (answer.status() < 500) {
                requireIdentity(response.getHeaderString(HttpHeaders.CONTENT_ENCODING));
            }
            return answer.token(request, proof, config, clock.instant());
        }
    }

    /**
     * After a machine was suspended, the time limit of the call goes on where it was, and the response is read. A lifetime of 0
     * is left to the caller.
     *
     * @param passed since the token was requested
     * @throws dev.leantokens.error.TokenException {@code UNUSABLE_ANSWER} if the token has expired meanwhile
     */
    static AccessToken requireValid(AccessToken token, Duration passed) {
        if (token.expiresIn().filter(lifetime -> !lifetime.isZero() && passed.compareTo(lifetime) >= 0).isPresent()) {
            throw TokenError.UNUSABLE_ANSWER.because("unusable response from Lean: its token expired before it was read, "
                    + passed.toSeconds() + " s after it was requested");
        }
        return token;
    }

    /** The REST client has received the whole body, so its size is known: reading until the end would copy it twice. */
    private static byte[] body(Response response) throws IOException {
        InputStream body = response.readEntity(InputStream.class);
        return body.readNBytes(body.available());
    }

    private static void requireIdentity(String coding) {
        if (coding != null && !coding.isBlank() && !coding.strip().equalsIgnoreCase("identity")) {
            throw TokenError.UNUSABLE_ANSWER.because("unusable response from Lean: its content coding is "
                    + (CODINGS.matcher(coding).matches() ? coding.strip() : "unknown") + ", but none was accepted");
        }
    }
}
