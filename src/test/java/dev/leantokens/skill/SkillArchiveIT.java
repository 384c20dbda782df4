package dev.leantokens.skill;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class SkillArchiveIT extends SkillArchiveTest {
}
