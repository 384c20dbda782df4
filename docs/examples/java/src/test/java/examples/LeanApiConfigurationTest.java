package examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.client.RestClient;

@SpringBootTest(classes = LeanApiConfiguration.class)
@EnableAutoConfiguration
class LeanApiConfigurationTest {

    private static final LeanApi LEAN = new LeanApi();

    @Autowired
    RestClient leanApi;

    @DynamicPropertySource
    static void addresses(DynamicPropertyRegistry properties) {
        properties.add("spring.security.oauth2.client.provider.lean-tokens.token-uri", () -> RunningService.TOKEN_ENDPOINT);
        properties.add("lean.api", LEAN::url);
    }

    @AfterAll
    static void stop() {
        LEAN.close();
    }

    @Test
    void requestsToLeansApiCarryOneToken() {
        for (int request = 0; request < 2; request++) {
            assertThat(leanApi.get().uri("/banks/v1").retrieve().body(String.class)).isEqualTo("[]");
        }
        assertThat(LEAN.authorizations()).hasSize(2).allMatch(value -> value.matches("Bearer " + RunningService.TOKEN));
        assertThat(LEAN.authorizations().get(1)).isEqualTo(LEAN.authorizations().get(0));
    }
}
