package dev.leantokens.token;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.leantokens.token.AcceptedCredentials.Acceptance;

/** Remembers everything forever. */
final class SetOfAccepted implements AcceptedCredentials {

    private final Set<String> credentials = ConcurrentHashMap.newKeySet();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private final Set<String> scopes = ConcurrentHashMap.newKeySet();

    @Override
    public Acceptance of(String fingerprint, Scope scope) {
        return new Acceptance(credentials.contains(fingerprint) && !refused.contains(fingerprint),
                scopes.contains(fingerprint + " " + scope));
    }

    @Override
    public void accept(String fingerprint, Scope scope) {
        credentials.add(fingerprint);
        scopes.add(fingerprint + " " + scope);
        refused.remove(fingerprint);
    }

    @Override
    public boolean refuse(String fingerprint) {
        refused.add(fingerprint);
        return !credentials.contains(fingerprint);
    }
}
