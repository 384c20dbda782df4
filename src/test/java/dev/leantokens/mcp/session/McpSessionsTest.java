package dev.leantokens.mcp.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

class McpSessionsTest {

    private static final int MOST = 6;
    private static final int MOST_OF_ONE = 4;

    private final List<String> ended = new ArrayList<>();
    private final McpSessions sessions = new McpSessions(MOST, MOST_OF_ONE);

    private void begin(String id, String owner) {
        sessions.begun(id, owner, owner, () -> ended.add(id));
    }

    @Test
    void sessionIsItsOwners() {
        begin("1", "payments");

        assertThat(sessions.use("1", "payments")).isTrue();
        assertThat(sessions.use("1", "agents")).isFalse();
        assertThat(sessions.use("2", "payments")).isFalse();
    }

    @Test
    void sessionThatIsOverIsNobodys() {
        begin("1", "payments");
        sessions.ended("1");
        sessions.ended("1");

        assertThat(sessions.use("1", "payments")).isFalse();
        assertThat(sessions.size()).isZero();
    }

    @Test
    void oneTooManyEndsTheOneThatItsCallerHasNotUsedForLongest() {
        begin("agents'", "agents");
        for (String id : List.of("1", "2", "3", "4")) {
            begin(id, "payments");
        }
        sessions.use("1", "payments");

        begin("5", "payments");

        assertThat(ended).containsExactly("2");
        assertThat(sessions.use("2", "payments")).isFalse();
        assertThat(sessions.use("1", "payments")).isTrue();
        assertThat(sessions.use("agents'", "agents")).isTrue();
    }

    @Test
    void whoHasMostLosesOneWhereThereAreTooManyOfAll() {
        begin("agents'", "agents");
        begin("web's", "web");
        for (String id : List.of("1", "2", "3", "4")) {
            begin(id, "payments");
        }

        begin("another's", "another");

        assertThat(ended).containsExactly("1");
        assertThat(sessions.size()).isEqualTo(MOST);
    }

    @Test
    void useByAnotherDoesNotKeepASession() {
        for (String id : List.of("1", "2", "3", "4")) {
            begin(id, "payments");
        }
        sessions.use("1", "agents");

        begin("5", "payments");

        assertThat(ended).containsExactly("1");
    }

    @Test
    void sessionsThatEndedMakeRoom() {
        for (int i = 0; i < 1000; i++) {
            begin("session " + i, "payments");
            sessions.ended("session " + i);
        }

        assertThat(ended).isEmpty();
        assertThat(sessions.size()).isZero();
    }

    @Test
    void theyNeverBecomeMore() {
        for (int i = 0; i < 10_000; i++) {
            begin("session " + i, "caller " + i % 7);
            assertThat(sessions.size()).isLessThanOrEqualTo(MOST);
        }

        assertThat(ended).hasSize(10_000 - MOST);
    }
}
