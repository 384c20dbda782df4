package dev.leantokens.wire;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class SharedCallsIT extends SharedCallsTest {
}
