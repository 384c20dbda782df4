package dev.leantokens.health;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class WithoutCredentialsIT extends WithoutCredentialsTest {
}
