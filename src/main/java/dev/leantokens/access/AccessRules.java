package dev.leantokens.access;

import java.util.Optional;
import java.util.regex.Pattern;

import jakarta.enterprise.context.ApplicationScoped;

import dev.leantokens.access.AccessConfig.Anonymous;
import dev.leantokens.access.AccessConfig.OwnCredentials;
import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.TokenError;
import dev.leantokens.token.TokenException;
import dev.leantokens.token.TokenRequest;

/** Decides whose credentials a request uses, or that it may use none. Thread-safe. */
@ApplicationScoped
public class AccessRules {

    /** Lean's ids are UUIDs. An id of another shape is somebody's mistake, and its secret must not travel to Lean. */
    private static final Pattern LEAN_ID = Pattern.compile(
            "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private final AccessConfig config;

    public AccessRules(AccessConfig config) {
        this.config = config;
    }

    /**
     * @return the caller's own Lean credentials; empty if the service's own are to be used for it
     * @throws TokenException {@code invalid_client} if the caller is not known here or is not allowed to come without
     *         credentials
     */
    public Optional<ClientCredentials> leanCredentials(TokenRequest request, Caller caller) {
        caller.credentials().ifPresent(this::requireLeanClient);
        request.credentials().ifPresent(this::requireLeanClient);
        Optional<ClientCredentials> own = request.credentials().or(caller::credentials);
        if (own.isEmpty() && !mayBeAnonymous(caller)) {
            throw TokenError.CALLER_REFUSED.because("client credentials are required here");
        }
        return own;
    }

    /** @return whether no caller can use the service's own Lean credentials, so that none need be configured */
    public boolean onlyOwnCredentials() {
        return config.anonymous() == Anonymous.NEVER && config.ownCredentials() == OwnCredentials.ALLOWED;
    }

    private void requireLeanClient(ClientCredentials credentials) {
        if (!LEAN_ID.matcher(credentials.clientId()).matches()) {
            throw TokenError.CALLER_REFUSED.because("the client is unknown or its secret is wrong");
        }
        if (config.ownCredentials() == OwnCredentials.REFUSED) {
            throw TokenError.CALLER_REFUSED.because("this service takes no Lean credentials of its callers");
        }
    }

    private boolean mayBeAnonymous(Caller caller) {
        return switch (config.anonymous()) {
            case ALWAYS -> true;
            case LOOPBACK -> caller.local();
            case NEVER -> false;
        };
    }
}
