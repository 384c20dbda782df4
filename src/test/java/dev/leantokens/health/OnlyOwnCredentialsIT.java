package dev.leantokens.health;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class OnlyOwnCredentialsIT extends OnlyOwnCredentialsTest {
}
