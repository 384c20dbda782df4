package dev.leantokens.http;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class RefusedRequestsIT extends RefusedRequestsTest {
}
