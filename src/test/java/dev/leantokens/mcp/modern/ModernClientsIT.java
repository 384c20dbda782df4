package dev.leantokens.mcp.modern;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ModernClientsIT extends ModernClientsTest {
}
