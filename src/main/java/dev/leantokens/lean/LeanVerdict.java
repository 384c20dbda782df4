package dev.leantokens.lean;

import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.token.ServiceClient;
import dev.leantokens.token.ServiceCredentials;

/** What Lean said last of the service's own credentials. Lean is not asked for it: it is what calls have shown. Thread-safe. */
@ApplicationScoped
public class LeanVerdict {

    private final ServiceCredentials credentials;
    private final LeanConfig config;
    private volatile Known known;

    /** What Lean thinks of credentials. */
    public enum Opinion {
        /** It has not been asked with those that there are now. */
        UNKNOWN,
        ACCEPTED,
        REFUSED
    }

    private record Known(ServiceClient of, boolean accepted) {
    }

    LeanVerdict(ServiceCredentials credentials, LeanConfig config) {
        this.credentials = credentials;
        this.config = config;
    }

    /** @param shown what Lean was shown, which may have been exchanged since */
    void isOf(ServiceClient shown, boolean accepted) {
        known = new Known(shown, accepted);
    }

    /** @return what Lean thinks of the credentials that there are now */
    public Opinion opinion() {
        Known last = known;
        if (last == null || !credentials.current().equals(Optional.of(last.of()))) {
            return Opinion.UNKNOWN;
        }
        return last.accepted() ? Opinion.ACCEPTED : Opinion.REFUSED;
    }

    /** @return why Lean would refuse them, most likely, and the settings to correct: for an operator */
    public String reasonOfRefusal() {
        return RefusedCredentials.reason(config);
    }
}
