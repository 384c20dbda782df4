package dev.leantokens.lean;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;

import org.jboss.logging.Logger;

import dev.leantokens.lean.LeanConfig.ClientAuthentication;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.LeanRequest;
import dev.leantokens.token.ServiceCredentials;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Vertx;

/**
 * Asks Lean once, and translates what comes of it. Started with the application, so that a configuration that contradicts
 * itself stops the start and not the first request.
 */
@ApplicationScoped
public class LeanClient implements ServiceCredentials {

    private static final Logger LOG = Logger.getLogger(LeanClient.class);

    private static final String CLIENT_CREDENTIALS_GRANT = "client_credentials";
    /**
     * The REST client has a limit of its own, which ends when the answer begins; ours cuts an answer that drips. It comes a
     * little later, so that a call that is still waiting for a connection has been ended by the other: the REST client forgets
     * to give a connection back that it is handed after it was cancelled.
     */
    private static final Duration AFTER_THE_CLIENTS_OWN_LIMIT = Duration.ofMillis(200);

    private static final byte[] NOTHING = new byte[0];

    private final LeanApi api;
    private final LeanAccount account;
    private final LeanConfig config;
    private final Clock clock;
    private final TimeLimit limit;

    LeanClient(LeanApi api, LeanAccount account, LeanConfig config, Clock clock, Vertx vertx) {
        this.api = api;
        this.account = account;
        this.config = config;
        this.clock = clock;
        this.limit = new TimeLimit(vertx, longestCall());
    }

    void announce(@Observes StartupEvent event) {
        LOG.infof("Tokens come from %s, %s", account.url(), account.credentials().isPresent()
                ? "asked for with the credentials of this service"
                : "asked for with callers' own credentials only, since LEAN_CLIENT_ID is not set");
        if (account.url().getScheme().equalsIgnoreCase("http") && !account.isLocal()) {
            LOG.warn("LEAN_URL is plain http: secrets and tokens travel to Lean unencrypted");
        }
    }

    @Override
    public Optional<ClientCredentials> current() {
        return account.credentials();
    }

    /**
     * @return the token; or a failure that is always a {@link dev.leantokens.token.TokenException}, with the time to wait only
     *         where Lean said one. It takes {@link #longestCall} at most
     */
    Uni<AccessToken> requestToken(LeanRequest request) {
        return limit.on(Uni.createFrom().deferred(() -> send(request)))
                .map(response -> answer(response).token(request, time(response)))
                .onFailure().transform(LeanFailure::translate);
    }

    /** @return how long a call takes at most, whatever Lean does */
    Duration longestCall() {
        return config.requestTimeout().plus(AFTER_THE_CLIENTS_OWN_LIMIT);
    }

    /** @return the status of Lean's metadata document, which is asked for without credentials */
    Uni<Integer> metadataStatus() {
        return limit.on(Uni.createFrom().deferred(api::metadata))
                .map(response -> answer(response).status())
                .onFailure().transform(LeanFailure::translate);
    }

    private Uni<Response> send(LeanRequest request) {
        ClientCredentials credentials = request.credentials();
        String scope = request.scope().value();
        if (config.clientAuthentication() == ClientAuthentication.CLIENT_SECRET_BASIC) {
            return api.requestToken(basic(credentials), null, null, CLIENT_CREDENTIALS_GRANT, scope);
        }
        return api.requestToken(null, credentials.clientId(), credentials.clientSecret(), CLIENT_CREDENTIALS_GRANT, scope);
    }

    /** Form-encoded before it is joined, as RFC 6749 §2.3.1 says. */
    private static String basic(ClientCredentials credentials) {
        String pair = formEncode(credentials.clientId()) + ":" + formEncode(credentials.clientSecret());
        return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII));
    }

    private static String formEncode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
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
