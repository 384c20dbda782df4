package dev.leantokens.issuer;

import java.util.Optional;

/** Verifies the tokens of the trusted issuers. Thread-safe, does no I/O on the caller's thread. */
public interface TokenVerifier {

    /**
     * @param token what the caller has sent
     * @param resource the only audience to accept (RFC 8707); empty for those of the issuer's settings
     */
    Verification verify(String token, Optional<String> resource);

    /** @return the number of trusted issuers */
    int issuers();
}
