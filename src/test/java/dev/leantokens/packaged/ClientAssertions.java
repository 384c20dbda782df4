package dev.leantokens.packaged;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.SignedJWT;

/** Keys for {@code private_key_jwt}, and the check of what they signed. */
final class ClientAssertions {

    private ClientAssertions() {
    }

    /** @return new keys on P-256 */
    static KeyPair generateKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    /** @return the private key as a JSON Web Key */
    static String jwk(String id, KeyPair keys) {
        return new ECKey.Builder(Curve.P_256, (ECPublicKey) keys.getPublic()).privateKey(keys.getPrivate()).keyID(id).build()
                .toJSONString();
    }

    /**
     * @param form the members of a token request
     * @param known the accepted keys by their ids
     * @param usedIds the ids of assertions so far, to which this one is added
     * @return whether the form has a new assertion for the audience that a known key signed
     */
    static boolean isSigned(Map<String, String> form, Map<String, KeyPair> known, String audience, Set<String> usedIds) {
        try {
            SignedJWT jwt = SignedJWT.parse(form.get("client_assertion"));
            KeyPair keys = known.get(jwt.getHeader().getKeyID());
            return keys != null && jwt.verify(new ECDSAVerifier((ECPublicKey) keys.getPublic()))
                    && jwt.getJWTClaimsSet().getAudience().equals(List.of(audience))
                    && jwt.getJWTClaimsSet().getSubject().equals(form.get("client_id"))
                    && usedIds.add(jwt.getJWTClaimsSet().getJWTID());
        } catch (ParseException | JOSEException e) {
            return false;
        }
    }
}
