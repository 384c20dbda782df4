package dev.leantokens.issuer;

import java.util.Locale;

/** Why the keys of an issuer cannot be obtained. */
enum KeysFault {
    /** A file that the request needs cannot be used: the authorities, or the token. */
    FILE,
    /** No connection could be opened, or it broke. */
    UNREACHABLE,
    /** TLS fails: the certificate of the issuer's server is not accepted, or it has none. */
    UNTRUSTED,
    /** No complete response came in time. */
    TIMED_OUT,
    /** The response has a status other than 200. */
    STATUS,
    /** The response is too large, or not what it should be. */
    UNUSABLE,
    /** The issuer publishes private keys, so anybody can sign its tokens. */
    PRIVATE_KEYS;

    /** @return the label value in metrics */
    String outcome() {
        return name().toLowerCase(Locale.ROOT);
    }
}
