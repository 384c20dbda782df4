package dev.leantokens.wire;

import static dev.leantokens.testing.Callers.scope;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;

import dev.leantokens.testing.Callers;
import dev.leantokens.testing.LeanStub;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
@WithTestResource(value = LeanStub.class, initArgs = {
        @ResourceArg(name = "cache.enabled", value = "true"),
        @ResourceArg(name = "token.prefetch", value = "true") })
class PrefetchIT {

    LeanStub lean;

    @Test
    void tokenIsCachedBeforeTheFirstRequest() {
        await().until(() -> lean.requests().size() == 1);
        try (Callers callers = new Callers(lean.mcpPort())) {
            await().until(() -> callers.rest(scope("api")).join().cacheStatus().orElseThrow().contains("; hit"));
        }

        assertThat(lean.requests()).hasSize(1);
        assertThat(lean.onlyRequest().formParameter("scope").firstValue()).isEqualTo("api");
    }
}
