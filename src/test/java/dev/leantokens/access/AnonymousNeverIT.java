package dev.leantokens.access;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class AnonymousNeverIT extends AnonymousNeverTest {
}
