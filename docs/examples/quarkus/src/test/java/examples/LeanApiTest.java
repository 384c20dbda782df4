package examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.eclipse.microprofile.rest.client.inject.RestClient;
import org.junit.jupiter.api.Test;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;

@QuarkusTest
@QuarkusTestResource(LeanStub.class)
class LeanApiTest {

    @RestClient
    LeanApi lean;

    @Test
    void requestsToLeansApiCarryOneToken() {
        for (int request = 0; request < 2; request++) {
            assertEquals("[]", lean.banks());
        }
        assertEquals(2, LeanStub.AUTHORIZATIONS.size());
        String first = LeanStub.AUTHORIZATIONS.get(0);
        assertTrue(first.matches("Bearer eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+"), first);
        assertEquals(first, LeanStub.AUTHORIZATIONS.get(1));
    }
}
