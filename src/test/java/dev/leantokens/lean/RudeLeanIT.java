package dev.leantokens.lean;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class RudeLeanIT extends RudeLeanTest {
}
