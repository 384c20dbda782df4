package dev.leantokens.health;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class OnlyCallerCredentialsIT extends OnlyCallerCredentialsTest {
}
