package dev.leantokens.mcp;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class OfficialClientIT extends OfficialClientTest {
}
