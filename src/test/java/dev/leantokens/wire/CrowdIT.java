package dev.leantokens.wire;

import static dev.leantokens.testing.Callers.all;
import static dev.leantokens.testing.Callers.scope;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.Callers;
import dev.leantokens.testing.Callers.Answer;
import dev.leantokens.testing.LeanStub;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;

/** More concurrent callers than connections to Lean. */
@QuarkusIntegrationTest
@WithTestResource(value = LeanStub.class, initArgs = {
        @ResourceArg(name = "lean.max-connections", value = "4"),
        @ResourceArg(name = "access.clients.payments.secret", value = CrowdIT.PAYMENTS),
        @ResourceArg(name = "access.clients.payments.scopes", value = "api,customer.*"),
        @ResourceArg(name = "lean.request-timeout", value = "2s"),
        @ResourceArg(name = "lean.deadline", value = "20s"),
        @ResourceArg(name = "lean.breaker-request-volume", value = "10") })
class CrowdIT {

    static final String PAYMENTS = "the-secret-of-payments";

    LeanStub lean;

    private Callers callers;

    @BeforeEach
    void connect() {
        lean.reset();
        lean.givesTokensOfTheirOwn(3600, 500);
        callers = new Callers(lean.mcpPort());
    }

    @AfterEach
    void disconnect() {
        callers.close();
    }

    /** Two calls at a time, half a second each: the last caller waits longer than a call may take. */
    @Test
    void waitingCallersDoNotOpenTheBreaker() {
        List<Answer> answers = all(IntStream.range(0, 20)
                .mapToObj(i -> callers.rest(scope("customer." + UUID.randomUUID()))).toList());

        assertThat(answers).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
        assertThat(lean.requests()).hasSize(20);
    }

    /** Twice the number that once made the service refuse some. */
    @Test
    void queueIsAsLongAsTheDeadlineAllows() {
        lean.givesTokensOfTheirOwn(3600, 100);

        List<Answer> answers = all(IntStream.range(0, 60)
                .mapToObj(i -> callers.rest(scope("customer." + UUID.randomUUID()))).toList());

        assertThat(answers).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
        assertThat(lean.requests()).hasSize(60);
    }

    /** The crowd has no credentials; a local client requests the token that is last in the queue. */
    @Test
    void callThatAnotherCallerJoinsTakesTheBetterPlace() {
        List<CompletableFuture<Answer>> crowd = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            crowd.add(callers.rest(scope("customer." + UUID.randomUUID())));
        }
        await().until(() -> lean.requests().size() >= 2);
        String last = "customer." + UUID.randomUUID();
        crowd.add(callers.rest(scope(last)));

        Answer joined = callers.rest(scope(last), "Authorization", "Bearer " + PAYMENTS).join();

        assertThat(joined.status()).isEqualTo(200);
        assertThat(crowd).filteredOn(answer -> !answer.isDone()).hasSizeGreaterThan(10);
        assertThat(all(crowd)).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
        assertThat(lean.requests()).hasSize(21);
    }

    @Test
    void callersWithLeanCredentialsLeaveConnectionsToTheService() {
        List<CompletableFuture<Answer>> crowd = IntStream.range(0, 20)
                .mapToObj(i -> callers.rest(scope("api", UUID.randomUUID().toString(), "secret"))).toList();

        assertThat(callers.rest(scope("api")).join().status()).isEqualTo(200);
        assertThat(crowd).anyMatch(answer -> !answer.isDone());
        assertThat(all(crowd)).allSatisfy(answer -> assertThat(answer.status()).isEqualTo(200));
    }
}
