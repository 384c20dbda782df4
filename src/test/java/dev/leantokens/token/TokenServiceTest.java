package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.leantokens.error.ErrorLogs;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.testing.Settings;
import dev.leantokens.testing.TestClock;
import dev.leantokens.token.IssuedToken.Source;
import dev.leantokens.token.ServiceCredentials.ServiceClient;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;
import dev.leantokens.trace.Traces;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.mutiny.Uni;

class TokenServiceTest {

    private static final Scope API = new Scope("api");
    private static final AccessToken TOKEN = AccessToken.of(Map.of("access_token", "abc", "token_type", "Bearer"), API);
    private static final ServiceClient SERVICE = ServiceClient.of("service", "secret");
    private static final ClientCredentials CALLER = new ClientCredentials("caller", "secret");

    private final List<UpstreamTokenRequest> requests = new ArrayList<>();
    private final FakeLean lean = new FakeLean();
    private final MapTokenCache cache = new MapTokenCache();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final TestClock clock = new TestClock();
    private Optional<ServiceClient> current = Optional.of(SERVICE);

    @Test
    void callersCredentialsAreUsedIfPresent() {
        assertThat(
                service(Optional.of(SERVICE)).issue(API, Optional.of(CALLER), CacheControl.ANY, () -> CallerAccount.SERVICE)
                        .toUni().await()
                        .indefinitely().token())
                .isSameAs(TOKEN);

        assertThat(requests)
                .extracting(UpstreamTokenRequest::callerCredentials, UpstreamTokenRequest::owner, UpstreamTokenRequest::scope,
                        UpstreamTokenRequest::purpose)
                .containsExactly(tuple(Optional.of(CALLER), CredentialsOwner.CALLER, API, Purpose.NEED));
    }

    @Test
    void servicesCredentialsAreUsedOtherwise() {
        service(Optional.of(SERVICE)).issue(API, Optional.empty(), CacheControl.ANY, () -> CallerAccount.SERVICE).toUni()
                .await()
                .indefinitely();

        assertThat(requests)
                .extracting(UpstreamTokenRequest::callerCredentials, UpstreamTokenRequest::owner, UpstreamTokenRequest::scope,
                        UpstreamTokenRequest::purpose)
                .containsExactly(tuple(Optional.empty(), CredentialsOwner.SERVICE, API, Purpose.NEED));
    }

    @Test
    void requestWithoutAnyCredentialsFailsWithoutACall() {
        assertError(service(Optional.empty()).issue(API, Optional.empty(), CacheControl.ANY, () -> CallerAccount.SERVICE),
                TokenError.NO_CREDENTIALS);

        assertThat(requests).isEmpty();
    }

    @Test
    void scopeThatIsNotIssuedFailsWithoutACall() {
        assertError(
                service(Optional.of(SERVICE)).issue(new Scope("payments"), Optional.of(CALLER), CacheControl.ANY,
                        () -> CallerAccount.SERVICE),
                TokenError.INVALID_SCOPE);

        assertThat(requests).isEmpty();
    }

    @Test
    void rotatedSecretNeedsNoNewTokens() {
        TokenService service = service(() -> current);
        issue(service);
        current = Optional.of(ServiceClient.of("service", "rotated"));

        assertThat(issue(service).source()).isEqualTo(Source.HIT);
    }

    @Test
    void refusalOfASecretDoesNotCountForTheNextSecret() {
        TokenService service = service(() -> current);
        lean.failsWith(TokenError.SERVICE_CREDENTIALS_REFUSED.because("refused"));
        assertError(service.issue(API, Optional.empty(), CacheControl.ANY, () -> CallerAccount.SERVICE),
                TokenError.SERVICE_CREDENTIALS_REFUSED);
        lean.issues(Duration.ofHours(1));
        assertError(service.issue(API, Optional.empty(), CacheControl.ANY, () -> CallerAccount.SERVICE),
                TokenError.SERVICE_CREDENTIALS_REFUSED);

        current = Optional.of(ServiceClient.of("service", "rotated"));

        assertThat(issue(service).source()).isEqualTo(Source.MISS);
    }

    @Test
    void tokenOfAnotherCertificateIsNotServed() {
        TokenService service = service(() -> current);
        issue(service);
        issue(service, CALLER);
        lean.setClientCertificate("new certificate");

        assertThat(issue(service).source()).isEqualTo(Source.MISS);
        assertThat(issue(service, CALLER).source()).isEqualTo(Source.MISS);
        assertThat(issue(service).source()).isEqualTo(Source.HIT);
        assertThat(cache.size()).as("tokens, without those of the previous certificate").isEqualTo(2);
    }

    @Test
    void validityOfTheServicesTokenIsMeasured() {
        TokenService service = service(() -> current);
        lean.issues(Duration.ofHours(1));
        assertThat(registry.get("token.service.validity").gauge().value()).isZero();
        issue(service, CALLER);
        assertThat(registry.get("token.service.validity").gauge().value()).as("a caller's token is not the service's").isZero();

        issue(service);
        clock.advance(Duration.ofSeconds(600));
        assertThat(registry.get("token.service.validity").gauge().value()).isEqualTo(3000);

        clock.advance(Duration.ofSeconds(3001));
        assertThat(registry.get("token.service.validity").gauge().value()).isZero();
    }

    @Test
    void waitingCallersAreMeasured() {
        TokenService service = service(() -> current);
        lean.hangs();
        for (int i = 0; i < 3; i++) {
            service.issue(API, Optional.empty(), CacheControl.ANY, () -> CallerAccount.SERVICE).toUni()
                    .subscribeAsCompletionStage();
        }
        assertThat(registry.get("token.waiters").gauge().value()).isEqualTo(3);

        lean.answer();
        assertThat(registry.get("token.waiters").gauge().value()).isZero();
    }

    private static IssuedToken issue(TokenService service, ClientCredentials... callers) {
        return service.issue(API, Stream.of(callers).findFirst(), CacheControl.ANY, () -> CallerAccount.SERVICE).toUni().await()
                .indefinitely();
    }

    private TokenService service(ServiceCredentials credentials) {
        TokenService service = new TokenService(lean, TokenStore.NONE, credentials, cache, new SetOfAccepted(),
                Settings.of(TokenConfig.class),
                clock,
                ErrorLogs.create(), Traces.OFF);
        service.registerGauges(new StartupEvent(), registry);
        return service;
    }

    private TokenService service(Optional<ServiceClient> client) {
        return new TokenService(request -> {
            requests.add(request);
            return Uni.createFrom().item(TOKEN);
        }, TokenStore.NONE, () -> client, new MapTokenCache(), new SetOfAccepted(), Settings.of(TokenConfig.class), clock,
                ErrorLogs.create(), Traces.OFF);
    }

    private static void assertError(Issuance answer, TokenError error) {
        assertThatThrownBy(() -> answer.toUni().await().indefinitely())
                .isInstanceOfSatisfying(TokenException.class, e -> assertThat(e.error()).isEqualTo(error));
    }
}
