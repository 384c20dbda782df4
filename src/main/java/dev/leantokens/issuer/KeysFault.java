package dev.leantokens.issuer;

import java.util.Locale;

/** Why the keys of an issuer cannot be obtained. */
enum KeysFault {
    /** A file that the request needs cannot be used: the authorities, or the token. */
    FILE("a file for the requests cannot be used"),
    /** No connection could be opened, or it broke. */
    UNREACHABLE("its server cannot be reached"),
    /** TLS fails: the certificate of the issuer's server is not accepted, or it has none. */
    UNTRUSTED("no secure connection to its server is possible"),
    /** No complete response came in time. */
    TIMED_OUT("its server did not respond in time"),
    /** The response has a status other than 200. */
    STATUS("its server responded with another status than 200"),
    /** The response is too large, or not what it should be. */
    UNUSABLE("its response is unusable"),
    /** The issuer publishes private keys, so anybody can sign its tokens. */
    PRIVATE_KEYS("it has published private keys");

    private final String summary;

    KeysFault(String summary) {
        this.summary = summary;
    }

    /** @return the fault without details of the network, for everyone who can read the health of this service */
    String summary() {
        return summary;
    }

    /** @return the label value in metrics */
    String outcome() {
        return name().toLowerCase(Locale.ROOT);
    }
}
