package dev.leantokens.access;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class CallersIT extends CallersTest {
}
