package dev.leantokens.token;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;

/**
 * Exactly one scope-token of RFC 6749 §3.3, as it goes over the wire.
 *
 * @param value {@code api}, or {@code customer.} and the customer's id
 */
public record Scope(String value) {

    /** For calls to Lean's API from a backend. */
    public static final Scope API = new Scope("api");

    /** Longest scope that is looked at: {@code customer.} and a UUID are 45 characters. */
    static final int MAX_LENGTH = 128;

    /**
     * @throws TokenException {@code invalid_scope} if the value is not one scope-token of a sensible length. The
     *         message does not repeat the value, which may be a misplaced secret.
     */
    public static Scope parse(String value) {
        if (value.length() > MAX_LENGTH) {
            throw TokenError.INVALID_SCOPE.because("scope is longer than " + MAX_LENGTH + " characters");
        }
        if (value.indexOf(' ') >= 0) {
            throw TokenError.INVALID_SCOPE.because("scope must name exactly one scope");
        }
        if (!isScopeToken(value)) {
            throw TokenError.INVALID_SCOPE.because("scope has a character that RFC 6749 section 3.3 does not allow");
        }
        return new Scope(value);
    }

    /** scope-token = 1*( %x21 / %x23-5B / %x5D-7E ) */
    private static boolean isScopeToken(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 0x21 || c > 0x7E || c == '"' || c == '\\') {
                return false;
            }
        }
        return !value.isEmpty();
    }

    /** @return whether it is for the LinkSDK in a customer's app */
    boolean isCustomers() {
        return value.startsWith("customer.");
    }

    @Override
    public String toString() {
        return value;
    }
}
