package dev.leantokens.mcp.stateless;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class StatelessClientsIT extends StatelessClientsTest {
}
