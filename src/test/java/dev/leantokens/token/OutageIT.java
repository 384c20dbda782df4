package dev.leantokens.token;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class OutageIT extends OutageTest {
}
