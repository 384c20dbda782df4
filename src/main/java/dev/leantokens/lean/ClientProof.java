package dev.leantokens.lean;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

import dev.leantokens.token.ClientCredentials;

/**
 * What one call shows Lean of who is asking, in the header and in the form. Immutable.
 *
 * @param authorization the {@code Authorization} header; null if none is sent
 * @param clientId the {@code client_id}; null if it is not sent
 * @param clientSecret the {@code client_secret}; null if it is not sent
 * @param assertion the {@code client_assertion}; null if it is not sent
 * @param confidential the part of it that nobody else may see; null if there is none
 */
record ClientProof(String authorization, String clientId, String clientSecret, String assertion, String confidential) {

    private static final String JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /** client_secret_post, RFC 6749 §2.3.1. */
    static ClientProof post(ClientCredentials credentials) {
        return new ClientProof(null, credentials.clientId(), credentials.clientSecret(), null, credentials.clientSecret());
    }

    /** client_secret_basic, RFC 6749 §2.3.1: form-encoded before it is joined. */
    static ClientProof basic(ClientCredentials credentials) {
        String pair = formEncode(credentials.clientId()) + ":" + formEncode(credentials.clientSecret());
        String base64 = Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.US_ASCII));
        return new ClientProof("Basic " + base64, null, null, null, credentials.clientSecret());
    }

    /** private_key_jwt, RFC 7523 §2.2. The id may be left out there, but not with every server. */
    static ClientProof jwt(String clientId, String assertion) {
        return new ClientProof(null, clientId, null, assertion, assertion);
    }

    /** tls_client_auth, RFC 8705 §2.1. */
    static ClientProof certificate(String clientId) {
        return new ClientProof(null, clientId, null, null, null);
    }

    /** @return the {@code client_assertion_type}; null if there is no assertion */
    String assertionType() {
        return assertion == null ? null : JWT_BEARER;
    }

    /** @return whether a text, such as an error of Lean's, has what nobody else may see */
    boolean isRepeatedIn(String text) {
        return confidential != null && text.contains(confidential);
    }

    private static String formEncode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return "ClientProof[masked]";
    }
}
