package dev.leantokens.access;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class HostsIT extends HostsTest {
}
