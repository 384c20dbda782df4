package examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;

import org.junit.jupiter.api.Test;

import com.nimbusds.oauth2.sdk.token.AccessToken;

class NimbusExampleTest {

    @Test
    void receivesAToken() throws Exception {
        AccessToken token = NimbusExample.token(RunningService.TOKEN_ENDPOINT, RunningService.ID, RunningService.SECRET);
        assertThat(token.getValue()).matches(RunningService.TOKEN);
        assertThat(token.getLifetime()).isBetween(60L, 3600L);
        assertThat(token.getScope()).hasToString("api");
    }

    @Test
    void reportsAWrongSecret() {
        assertThatThrownBy(() -> NimbusExample.token(RunningService.TOKEN_ENDPOINT, RunningService.ID, "wrong"))
                .isInstanceOf(IOException.class).hasMessageContaining("invalid_client");
    }
}
