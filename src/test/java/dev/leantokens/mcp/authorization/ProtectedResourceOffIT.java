package dev.leantokens.mcp.authorization;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ProtectedResourceOffIT extends ProtectedResourceOffTest {
}
