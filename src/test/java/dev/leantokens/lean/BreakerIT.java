package dev.leantokens.lean;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class BreakerIT extends BreakerTest {
}
