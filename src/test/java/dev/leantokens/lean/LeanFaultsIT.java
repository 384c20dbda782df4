package dev.leantokens.lean;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class LeanFaultsIT extends LeanFaultsTest {
}
