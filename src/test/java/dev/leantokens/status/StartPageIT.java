package dev.leantokens.status;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class StartPageIT extends StartPageTest {
}
