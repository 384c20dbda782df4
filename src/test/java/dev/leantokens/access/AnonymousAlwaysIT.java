package dev.leantokens.access;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class AnonymousAlwaysIT extends AnonymousAlwaysTest {
}
