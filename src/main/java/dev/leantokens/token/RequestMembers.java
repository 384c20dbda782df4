package dev.leantokens.token;

import java.util.Map;
import java.util.Optional;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.json.Surrogates;

/**
 * The members of an access token request as an adapter read them, before any check: from a JSON object, a form or the
 * argument of a tool. Unrecognized members are ignored (RFC 6749 §3.2). Not thread-safe.
 */
public final class RequestMembers {

    static final String SCOPE = "scope";
    static final String GRANT_TYPE = "grant_type";
    static final String CLIENT_ID = "client_id";
    static final String CLIENT_SECRET = "client_secret";
    static final String CLIENT_ASSERTION = "client_assertion";
    static final String CLIENT_ASSERTION_TYPE = "client_assertion_type";

    /** Decoders replace bytes that are not UTF-8 by this character. */
    public static final char REPLACEMENT = '\uFFFD';

    private static final Object MISSING = new Object();
    private static final Object REPEATED = new Object();

    private Object scope = MISSING;
    private Object grantType = MISSING;
    private Object clientId = MISSING;
    private Object clientSecret = MISSING;
    private Object clientAssertion = MISSING;
    private Object clientAssertionType = MISSING;

    /**
     * @param value the member's value: a {@link String}, null, or any other value, which is refused when the member is read
     */
    public RequestMembers add(String name, Object value) {
        switch (name) {
            case SCOPE -> scope = added(scope, value);
            case GRANT_TYPE -> grantType = added(grantType, value);
            case CLIENT_ID -> clientId = added(clientId, value);
            case CLIENT_SECRET -> clientSecret = added(clientSecret, value);
            case CLIENT_ASSERTION -> clientAssertion = added(clientAssertion, value);
            case CLIENT_ASSERTION_TYPE -> clientAssertionType = added(clientAssertionType, value);
            default -> {
            }
        }
        return this;
    }

    private static Object added(Object before, Object value) {
        return before == MISSING ? value : REPEATED;
    }

    /** @return whether there is no recognized member */
    public boolean isEmpty() {
        return scope == MISSING && grantType == MISSING && clientId == MISSING && clientSecret == MISSING
                && clientAssertion == MISSING && clientAssertionType == MISSING;
    }

    /** @return whether there is a member of a client assertion, valid or not */
    public boolean haveClientAssertion() {
        return isPresent(clientAssertion) || isPresent(clientAssertionType);
    }

    private static boolean isPresent(Object value) {
        return value != MISSING && value != null && !value.equals("");
    }

    /** @return the recognized members of a map */
    public static RequestMembers of(Map<String, ?> map) {
        RequestMembers members = new RequestMembers();
        map.forEach(members::add);
        return members;
    }

    /** @return see {@link #text} */
    Optional<String> scope() {
        return text(SCOPE, scope);
    }

    /** @return see {@link #text} */
    Optional<String> grantType() {
        return text(GRANT_TYPE, grantType);
    }

    /** @return see {@link #text} */
    public Optional<String> clientId() {
        return text(CLIENT_ID, clientId);
    }

    /** @return see {@link #text} */
    public Optional<String> clientSecret() {
        return text(CLIENT_SECRET, clientSecret);
    }

    /** @return see {@link #text} */
    Optional<String> clientAssertion() {
        return text(CLIENT_ASSERTION, clientAssertion);
    }

    /** @return see {@link #text} */
    Optional<String> clientAssertionType() {
        return text(CLIENT_ASSERTION_TYPE, clientAssertionType);
    }

    /**
     * @return the member's value; empty if it is missing, null or empty, which are the same by RFC 6749 §3.2
     * @throws TokenException {@code invalid_request} if the member is repeated, not a string, or no text that UTF-8 can
     *         represent
     */
    private static Optional<String> text(String name, Object value) {
        if (value == MISSING || value == null) {
            return Optional.empty();
        }
        if (value == REPEATED) {
            throw TokenError.INVALID_REQUEST.because(name + " is repeated");
        }
        if (!(value instanceof String text)) {
            throw TokenError.INVALID_REQUEST.because(name + " must be a string");
        }
        if (text.indexOf(REPLACEMENT) >= 0 || !Surrogates.arePaired(text)) {
            throw TokenError.INVALID_REQUEST.because(name + " is not UTF-8");
        }
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    /** Excludes the values: one can be a secret. */
    @Override
    public String toString() {
        return "RequestMembers[masked]";
    }
}
