package dev.leantokens.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.leantokens.testing.LogLines;

class StoreOutageTest {

    private final StoreOutage outage = new StoreOutage(Clock.systemUTC());
    private final LogLines log = LogLines.of(StoreOutage.class.getName());

    @AfterEach
    void close() {
        log.close();
    }

    private List<String> lines() {
        return log.lines().stream().map(LogLines.Line::message).toList();
    }

    @Test
    void outageHasOneLineForItsStartAndOneForItsEnd() {
        for (int i = 0; i < 3; i++) {
            outage.start(StoreFault.TIMEOUT);
            outage.recover();
        }
        outage.end();

        assertThat(lines()).satisfiesExactly(
                line -> assertThat(line).startsWith("Redis is unavailable: it does not answer in time."),
                line -> assertThat(line).startsWith("Redis is back"));
    }

    /** A Redis that was restarted may no longer know the user. */
    @Test
    void anotherReasonIsLoggedOnceItLasts() {
        outage.start(StoreFault.CONNECTION);
        outage.start(StoreFault.CREDENTIALS);
        assertThat(lines()).hasSize(1);

        outage.start(StoreFault.CREDENTIALS);
        outage.start(StoreFault.CREDENTIALS);

        assertThat(lines()).hasSize(2).last().asString().contains("still unavailable", "refuses the user or the password");
    }

    @Test
    void brokenConnectionIsLoggedByWhatTheNextOneFinds() {
        outage.suspect(StoreFault.CONNECTION);
        outage.start(StoreFault.CREDENTIALS);
        outage.start(StoreFault.CREDENTIALS);
        assertThat(lines()).singleElement().asString().contains("refuses the user or the password");
    }

    @Test
    void connectionThatIsReplacedAtOnceIsNotLogged() {
        outage.suspect(StoreFault.CONNECTION);
        assertThat(outage.state().fault()).contains(StoreFault.CONNECTION);
        outage.recover();
        outage.end();
        assertThat(lines()).isEmpty();
    }

    @Test
    void eachReasonIsLoggedOnceInAnOutage() {
        outage.start(StoreFault.CONNECTION);
        for (int i = 0; i < 10; i++) {
            outage.start(StoreFault.LOADING);
            outage.start(StoreFault.LOADING);
            outage.start(StoreFault.CONNECTION);
            outage.start(StoreFault.CONNECTION);
        }
        assertThat(lines()).hasSize(2);

        outage.recover();
        outage.end();
        outage.start(StoreFault.LOADING);
        assertThat(lines()).hasSize(4).last().asString().startsWith("Redis is unavailable: it is loading");
    }
}
