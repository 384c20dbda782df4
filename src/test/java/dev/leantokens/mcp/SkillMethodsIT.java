package dev.leantokens.mcp;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class SkillMethodsIT extends SkillMethodsTest {
}
