package dev.leantokens.issuer;

import static dev.leantokens.issuer.RefusedTokenException.require;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.interfaces.EdECPublicKey;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.jose4j.json.JsonUtil;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.lang.JoseException;

/**
 * A signed token (RFC 7519 §7.2) that has been read, but not verified: nothing in it is known to be true. Padding, unused bits
 * and characters that decoders ignore are refused, so each token has one text, or two with ECDSA, whose signatures come in
 * pairs.
 */
final class SignedToken {

    static final int MAX_LENGTH = 8 * 1024;

    private static final int DOTS = 2;
    private static final int DOTS_OF_ENCRYPTED = 4;
    private static final int MAX_KEY_ID_LENGTH = 256;
    private static final int LENGTH_OF_64_BYTES = 86;
    private static final int LENGTH_OF_114_BYTES = 152;

    private static final AlgorithmConstraints ONLY_ASYMMETRIC = new AlgorithmConstraints(ConstraintType.PERMIT,
            IssuerSettings.ALGORITHMS.toArray(String[]::new));

    /** A key of the token's own choice, whatever it is, proves nothing. */
    private static final List<String> KEYS_IN_THE_HEADER = List.of("jwk", "jku", "x5u", "x5c");
    /** RFC 7519 §5.1, RFC 9068 §2.1: others are for another use, such as a logout or a proof of possession (RFC 8725 §3.11). */
    private static final Set<String> TYPES = Set.of("jwt", "at+jwt");
    private static final String TYPE_PREFIX = "application/";

    private final JsonWebSignature signature;
    private final Optional<String> keyId;
    private final Map<String, Object> claims;
    private final int signatureLength;

    private SignedToken(JsonWebSignature signature, int signatureLength, Optional<String> keyId, Map<String, Object> claims) {
        this.signature = signature;
        this.signatureLength = signatureLength;
        this.keyId = keyId;
        this.claims = claims;
    }

    /** @throws RefusedTokenException if the text is not one signed token, or its header has something that is not accepted */
    static SignedToken read(String text) throws RefusedTokenException {
        requireShape(text);
        int payload = text.indexOf('.') + 1;
        // The library replaces invalid bytes, so that two texts could have one meaning.
        decoded(text.substring(0, payload - 1));
        int endOfPayload = text.lastIndexOf('.');
        String json = decoded(text.substring(payload, endOfPayload));
        try {
            JsonWebSignature signature = new JsonWebSignature();
            signature.setAlgorithmConstraints(ONLY_ASYMMETRIC);
            signature.setCompactSerialization(text);
            return new SignedToken(signature, text.length() - endOfPayload - 1, checkHeader(signature),
                    JsonUtil.parseJson(json));
        } catch (JoseException | RuntimeException e) {
            // Not used as a cause, since its message quotes the token.
            throw new RefusedTokenException("the header or the claims of the token are not one JSON object each");
        }
    }

    private static void requireShape(String text) throws RefusedTokenException {
        require(text.length() <= MAX_LENGTH, "the token is longer than " + MAX_LENGTH + " characters");
        int dots = 0;
        int start = 0;
        boolean canonical = true;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || text.charAt(i) == '.') {
                dots += i < text.length() ? 1 : 0;
                canonical &= isCanonical(text, start, i);
                start = i + 1;
            } else {
                canonical &= JwtShape.isBase64Url(text.charAt(i));
            }
        }
        require(dots != DOTS_OF_ENCRYPTED, "the token is encrypted, and this service only accepts signed ones");
        require(dots == DOTS && canonical, "the token is not a signed JWT: three parts in base64url, without padding");
    }

    /** @return whether a part is not empty, and no other text decodes to the same bytes (RFC 4648 §3.5) */
    private static boolean isCanonical(String text, int start, int end) {
        int unusedBits = switch ((end - start) % 4) {
            case 0 -> 0;
            case 2 -> 0b1111;
            case 3 -> 0b11;
            default -> -1;
        };
        return end > start && unusedBits >= 0 && (value(text.charAt(end - 1)) & unusedBits) == 0;
    }

    private static int value(char c) {
        if (c >= 'A' && c <= 'Z') {
            return c - 'A';
        }
        if (c >= 'a' && c <= 'z') {
            return c - 'a' + 26;
        }
        return c == '-' ? 62 : c == '_' ? 63 : c - '0' + 52;
    }

    private static String decoded(String part) throws RefusedTokenException {
        try {
            // This decoder reports invalid bytes; that of String does not.
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(Base64.getUrlDecoder().decode(part))).toString();
        } catch (CharacterCodingException e) {
            throw new RefusedTokenException("the header or the claims of the token are not UTF-8");
        }
    }

    /** @return the id of the key */
    private static Optional<String> checkHeader(JsonWebSignature signature) throws RefusedTokenException {
        require(signature.getObjectHeader("alg") instanceof String algorithm && IssuerSettings.ALGORITHMS.contains(algorithm),
                "the algorithm of the token (alg) is not accepted");
        for (String name : KEYS_IN_THE_HEADER) {
            require(signature.getObjectHeader(name) == null, "the header of the token has a key or the address of one (" + name
                    + "), which this service does not use");
        }
        require(signature.getObjectHeader("crit") == null && signature.getObjectHeader("b64") == null,
                "the header of the token requires an extension (crit or b64), and this service has none");
        require(signature.getObjectHeader("cty") == null, "the token contains another one (cty)");
        Object type = signature.getObjectHeader("typ");
        require(type == null || type instanceof String text && isType(text.toLowerCase(Locale.ROOT)),
                "the type of the token (typ) is neither JWT nor at+jwt");
        Object keyId = signature.getObjectHeader("kid");
        require(keyId == null || keyId instanceof String text && text.length() <= MAX_KEY_ID_LENGTH,
                "the id of the token's key (kid) is not a string of at most " + MAX_KEY_ID_LENGTH + " characters");
        return Optional.ofNullable((String) keyId);
    }

    private static boolean isType(String text) {
        return TYPES.contains(text.startsWith(TYPE_PREFIX) ? text.substring(TYPE_PREFIX.length()) : text);
    }

    /** @return one of {@link IssuerSettings#ALGORITHMS} */
    String algorithm() {
        return signature.getAlgorithmHeaderValue();
    }

    Optional<String> keyId() {
        return keyId;
    }

    Map<String, Object> claims() {
        return claims;
    }

    /** @return whether the key, which fits the algorithm, verifies the signature */
    boolean isSignedBy(PublicKey key) {
        if (key instanceof EdECPublicKey edwards && signatureLength != lengthOfSignature(edwards)) {
            // The JDK ignores what follows a signature of this type.
            return false;
        }
        try {
            signature.setKey(key);
            return signature.verifySignature();
        } catch (JoseException | RuntimeException e) {
            // A signature of the wrong size, for example.
            return false;
        }
    }

    /** RFC 8032 §5.1.6 and §5.2.6: in base64url, as no text has another length for as many bytes. */
    private static int lengthOfSignature(EdECPublicKey key) {
        return "Ed25519".equals(key.getParams().getName()) ? LENGTH_OF_64_BYTES : LENGTH_OF_114_BYTES;
    }
}
