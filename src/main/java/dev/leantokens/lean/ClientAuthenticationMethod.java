package dev.leantokens.lean;

import java.util.Locale;

/** How the service shows Lean who it is: the methods of RFC 6749 §2.3.1, RFC 7523 and RFC 8705 by their registered names. */
public enum ClientAuthenticationMethod {
    /** The secret is a member of the form. */
    CLIENT_SECRET_POST,
    /** The secret is in the header, by HTTP Basic. */
    CLIENT_SECRET_BASIC,
    /** A key signs an assertion for each call; no secret travels. */
    PRIVATE_KEY_JWT,
    /** The certificate that is shown on the connection is all there is. */
    TLS_CLIENT_AUTH;

    /** @return how it is configured */
    String configuredName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
