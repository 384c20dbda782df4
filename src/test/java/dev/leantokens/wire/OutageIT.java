package dev.leantokens.wire;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class OutageIT extends OutageTest {
}
