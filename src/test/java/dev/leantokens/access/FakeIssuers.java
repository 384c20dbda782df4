package dev.leantokens.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.leantokens.issuer.TokenVerifier;
import dev.leantokens.issuer.Verification;
import dev.leantokens.issuer.Verification.Unavailable;

/** Gives every token the same verification. */
final class FakeIssuers implements TokenVerifier {

    final List<String> seen = new ArrayList<>();
    final List<Optional<String>> resources = new ArrayList<>();
    Verification answer = new Unavailable();

    @Override
    public Verification verify(String token, Optional<String> resource) {
        seen.add(token);
        resources.add(resource);
        return answer;
    }

    @Override
    public int issuers() {
        return 1;
    }
}
