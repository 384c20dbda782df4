package dev.leantokens.issuer;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.AlgorithmParameterSpec;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.lang.JoseException;

/** Writes tokens, valid and invalid ones, without the library that verifies them. */
final class TestTokens {

    static final String ISSUER = "https://idp.example.com/realms/main";
    static final String AUDIENCE = "https://tokens.example.com";

    static final KeyPair RSA = rsa(2048);
    static final KeyPair EC = ec("secp256r1");
    static final KeyPair ED = pair("Ed25519", NamedParameterSpec.ED25519);

    private TestTokens() {
    }

    static KeyPair rsa(int bits) {
        return pair("RSA", new RSAKeyGenParameterSpec(bits, RSAKeyGenParameterSpec.F4));
    }

    static KeyPair ec(String curve) {
        return pair("EC", new ECGenParameterSpec(curve));
    }

    static KeyPair pair(String algorithm, AlgorithmParameterSpec parameters) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(parameters);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @param members further members of the JWK, in pairs */
    static PublicJsonWebKey jwk(String id, Key key, Object... members) {
        try {
            PublicJsonWebKey jwk = PublicJsonWebKey.Factory.newPublicJwk(key);
            Map<String, Object> parameters = new LinkedHashMap<>(
                    jwk.toParams(org.jose4j.jwk.JsonWebKey.OutputControlLevel.PUBLIC_ONLY));
            if (id != null) {
                parameters.put("kid", id);
            }
            parameters.putAll(map(members));
            return PublicJsonWebKey.Factory.newPublicJwk(parameters);
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    static Map<String, Object> map(Object... members) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < members.length; i += 2) {
            map.put((String) members[i], members[i + 1]);
        }
        return map;
    }

    static String json(Map<String, Object> members) {
        return JsonUtil.toJson(members);
    }

    static String base64Url(String text) {
        return base64Url(text.getBytes(StandardCharsets.UTF_8));
    }

    static String base64Url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** @param algorithm decides how the signature is calculated, whatever the header says */
    static String signed(String header, String claims, String algorithm, PrivateKey key) {
        return signed(header.getBytes(StandardCharsets.UTF_8), claims.getBytes(StandardCharsets.UTF_8), algorithm, key);
    }

    static String signed(byte[] header, byte[] claims, String algorithm, PrivateKey key) {
        String input = base64Url(header) + "." + base64Url(claims);
        return input + "." + base64Url(signature(input, algorithm, key));
    }

    static byte[] signature(String input, String algorithm, PrivateKey key) {
        try {
            int bits = algorithm.equals("EdDSA") ? 0 : Integer.parseInt(algorithm.substring(2));
            Signature signature = Signature.getInstance(switch (algorithm.substring(0, 2)) {
                case "RS" -> "SHA" + bits + "withRSA";
                case "PS" -> "RSASSA-PSS";
                case "ES" -> "SHA" + bits + "withECDSAinP1363Format";
                default -> "EdDSA";
            });
            if (algorithm.startsWith("PS")) {
                signature.setParameter(new PSSParameterSpec("SHA-" + bits, "MGF1", new MGF1ParameterSpec("SHA-" + bits),
                        bits / 8, 1));
            }
            signature.initSign(key);
            signature.update(input.getBytes(StandardCharsets.US_ASCII));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static byte[] hmac(String input, String algorithm, byte[] secret) {
        try {
            Mac mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret, algorithm));
            return mac.doFinal(input.getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
