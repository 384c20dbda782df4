package dev.leantokens.lean;

import io.quarkus.test.junit.QuarkusIntegrationTest;

@QuarkusIntegrationTest
class BudgetOverHttpIT extends BudgetOverHttpTest {
}
