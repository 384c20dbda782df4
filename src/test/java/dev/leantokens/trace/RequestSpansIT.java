package dev.leantokens.trace;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class RequestSpansIT extends RequestSpansTest {
}
