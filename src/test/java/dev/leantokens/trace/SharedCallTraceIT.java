package dev.leantokens.trace;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class SharedCallTraceIT extends SharedCallTraceTest {
}
