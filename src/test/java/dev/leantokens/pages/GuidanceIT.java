package dev.leantokens.pages;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class GuidanceIT extends GuidanceTest {
}
