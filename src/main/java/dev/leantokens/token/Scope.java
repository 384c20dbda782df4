package dev.leantokens.token;

import java.util.Optional;

import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;

/**
 * A single scope-token (RFC 6749 §3.3).
 *
 * @param value {@code api}, or {@code customer.} and the customer's id
 */
public record Scope(String value) {

    /** The scope for calls from a backend to Lean's API. */
    public static final Scope API = new Scope("api");

    private static final String CUSTOMER = "customer.";

    /** Maximum length: {@code customer.} and a UUID are 45 characters. */
    static final int MAX_LENGTH = 128;

    /**
     * @throws TokenException {@code invalid_scope} if the value is not one scope-token of at most {@link #MAX_LENGTH}
     *         characters. The message excludes the value, which may be a misplaced secret
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

    /** @return whether the scope is for the LinkSDK in a customer's app */
    public boolean isCustomer() {
        return value.startsWith(CUSTOMER);
    }

    /** @return the id of the customer that the scope is for */
    public Optional<String> customer() {
        return isCustomer() ? Optional.of(value.substring(CUSTOMER.length())) : Optional.empty();
    }

    @Override
    public String toString() {
        return value;
    }
}
