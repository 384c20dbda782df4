package dev.leantokens.hostile.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.random.RandomGenerator;

import org.junit.jupiter.api.Test;

import dev.leantokens.hostile.Campaign;

/** Random requests to both ports, most of them broken somewhere. {@link StrangeRequestsIT} has those that are known. */
class RequestsCampaignIT {

    private static final int REQUESTS = 25;

    @Test
    void everyRequestIsAnsweredAsDocumented() throws Exception {
        try (StrangeCallers service = new StrangeCallers()) {
            service.assertServed();

            Campaign.named("requests").play(random -> play(service, random));

            System.out.println("requests: " + service.outcomes());
            assertThat(service.outcomes()).containsKeys("REST 200 token", "MCP 200 token");
            service.assertServed();
            service.assertNothingIsLeft();
        }
    }

    private static void play(StrangeCallers service, RandomGenerator random) throws Exception {
        StrangeRequests requests = new StrangeRequests(random, service.session(), service.signedToken());
        for (int i = 0; i < REQUESTS; i++) {
            service.send(requests.next());
        }
        service.endSessions();
        service.assertServed();
        service.assertQuietLog();
    }
}
