package dev.leantokens.lean;

import java.util.Optional;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.token.Scope;
import dev.leantokens.token.ServiceCredentials;
import dev.leantokens.token.ServiceCredentials.ServiceClient;

/**
 * What Lean said last of the service's own credentials. Lean is not asked for it: it is what calls have shown. One customer's
 * scope that Lean refuses says nothing of the credentials, unless it is what Lean accepted last. Thread-safe.
 */
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

    /** @param accepted the scope that Lean accepted last; null if it refused the credentials since */
    private record Known(ServiceClient of, Scope accepted) {
    }

    LeanVerdict(ServiceCredentials credentials, LeanConfig config) {
        this.credentials = credentials;
        this.config = config;
    }

    /** @param shown what Lean was shown, which may have been replaced since */
    void accepted(ServiceClient shown, Scope scope) {
        known = new Known(shown, scope);
    }

    /** @param shown what Lean was shown, which may have been replaced since */
    void refused(ServiceClient shown, Scope scope) {
        Known last = known;
        boolean isAboutThem = scope.equals(Scope.API)
                || last != null && last.of().equals(shown) && scope.equals(last.accepted());
        if (isAboutThem) {
            known = new Known(shown, null);
        }
    }

    /** @return what Lean thinks of the credentials that there are now */
    public Opinion opinion() {
        Known last = known;
        if (last == null || !credentials.current().equals(Optional.of(last.of()))) {
            return Opinion.UNKNOWN;
        }
        return last.accepted() == null ? Opinion.REFUSED : Opinion.ACCEPTED;
    }

    /** @return why Lean would refuse them, most likely, and the settings to correct: for an operator */
    public String reasonOfRefusal() {
        return RefusedCredentials.reason(config);
    }
}
