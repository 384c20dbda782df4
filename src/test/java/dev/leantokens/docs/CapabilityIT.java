package dev.leantokens.docs;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class CapabilityIT extends CapabilityTest {
}
