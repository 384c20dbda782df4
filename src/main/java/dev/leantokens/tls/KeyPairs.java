package dev.leantokens.tls;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;

import io.vertx.core.net.KeyCertOptions;

/** Keys and their certificates. Java reads a key store, and serves by it, whether they fit or not. */
final class KeyPairs {

    /** What certificates certify, by Java's names. */
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "RSASSA-PSS", "EdDSA");
    private static final byte[] ANYTHING = { 1 };

    private KeyPairs() {
    }

    /**
     * @param options with the content and not with files
     * @return the certificates of all keys
     * @throws Exception if a key does not belong to its certificate, or cannot be read
     */
    static List<X509Certificate> of(KeyCertOptions options) throws Exception {
        List<X509Certificate> certificates = new ArrayList<>();
        // Vert.x has no part in it where the content is given.
        for (KeyManager manager : options.getKeyManagerFactory(null).getKeyManagers()) {
            X509KeyManager keys = (X509KeyManager) manager;
            for (String algorithm : ALGORITHMS) {
                String[] aliases = keys.getServerAliases(algorithm, null);
                for (String alias : aliases == null ? new String[0] : aliases) {
                    X509Certificate certificate = keys.getCertificateChain(alias)[0];
                    if (!belong(keys.getPrivateKey(alias), certificate.getPublicKey())) {
                        throw new InvalidKeyException("a key does not belong to its certificate");
                    }
                    certificates.add(certificate);
                }
            }
        }
        return certificates;
    }

    /** Signs by the one and verifies by the other, which is the same for all kinds of keys. */
    private static boolean belong(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            // Those of the newer curves are called like their signatures.
            default -> key.getAlgorithm();
        };
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(ANYTHING);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update(ANYTHING);
        try {
            return signature.verify(signed);
        } catch (SignatureException e) {
            // It is not even of the other's form.
            return false;
        }
    }
}
