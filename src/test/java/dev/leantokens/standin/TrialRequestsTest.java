package dev.leantokens.standin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;

import org.junit.jupiter.api.Test;

class TrialRequestsTest {

    @Test
    void commandsNeedNoCredentialsWhereNoneAreRequired() {
        assertThat(new TrialRequests(false, 8080, 9090, Optional.empty(), true).lines().lines())
                .contains("REST:  curl -d scope=api http://localhost:8080/v1/oauth2/token")
                .anyMatch(line -> line.contains("--cli http://localhost:9090/mcp "))
                .anyMatch(line -> line.endsWith("'body={\"scope\":\"api\"}'"));
    }

    @Test
    void requiredCredentialsAreInBothCommands() {
        String lines = new TrialRequests(false, 8080, 9090, Optional.of(StandInLean.CLIENT), true).lines();

        assertThat(lines).contains("curl -u " + StandInLean.CLIENT.clientId() + ":stand-in-secret -d scope=api http")
                .contains("'body={\"scope\":\"api\",\"client_id\":\"" + StandInLean.CLIENT.clientId()
                        + "\",\"client_secret\":\"stand-in-secret\"}'");
    }

    @Test
    void urlsTakeThePlaceOfCommandsThatWouldFail() {
        assertThat(new TrialRequests(true, 8443, 9443, Optional.empty(), true).lines())
                .isEqualTo("REST:  https://localhost:8443/v1/oauth2/token\nMCP:   https://localhost:9443/mcp");
        assertThat(new TrialRequests(false, 8080, 9090, Optional.of(StandInLean.CLIENT), false).lines())
                .isEqualTo("REST:  http://localhost:8080/v1/oauth2/token\nMCP:   http://localhost:9090/mcp");
    }
}
