package dev.leantokens.status;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class StatusEventsIT extends StatusEventsTest {
}
