package dev.leantokens.openapi;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class ApiDescriptionIT extends ApiDescriptionTest {
}
