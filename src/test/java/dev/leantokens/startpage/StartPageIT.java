package dev.leantokens.startpage;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class StartPageIT extends StartPageTest {
}
