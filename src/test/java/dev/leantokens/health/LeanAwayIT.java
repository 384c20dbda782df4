package dev.leantokens.health;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class LeanAwayIT extends LeanAwayTest {
}
