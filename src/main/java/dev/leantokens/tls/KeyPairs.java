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

/** Verifies that private keys belong to their certificates: Java loads a key store, and serves with it, even if they do not. */
final class KeyPairs {

    /** The standard names of the key algorithms that certificates have. */
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "RSASSA-PSS", "EdDSA");
    private static final byte[] MESSAGE = { 1 };

    private KeyPairs() {
    }

    /**
     * @param options must have the content itself, not the names of files
     * @return the certificates of all keys
     * @throws Exception if a key cannot be read or does not belong to its certificate
     */
    static List<X509Certificate> verify(KeyCertOptions options) throws Exception {
        List<X509Certificate> certificates = new ArrayList<>();
        // The Vertx instance is used for reading files only.
        for (KeyManager manager : options.getKeyManagerFactory(null).getKeyManagers()) {
            X509KeyManager keys = (X509KeyManager) manager;
            for (String algorithm : ALGORITHMS) {
                String[] aliases = keys.getServerAliases(algorithm, null);
                for (String alias : aliases == null ? new String[0] : aliases) {
                    X509Certificate certificate = keys.getCertificateChain(alias)[0];
                    if (!match(keys.getPrivateKey(alias), certificate.getPublicKey())) {
                        throw new InvalidKeyException("a key does not belong to its certificate");
                    }
                    certificates.add(certificate);
                }
            }
        }
        return certificates;
    }

    /** Signs with the private key and verifies with the public one, which works for all algorithms. */
    private static boolean match(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        String algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            // For EdDSA and RSASSA-PSS, key and signature algorithm have the same name.
            default -> key.getAlgorithm();
        };
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(MESSAGE);
        byte[] signed = signature.sign();
        signature.initVerify(certified);
        signature.update(MESSAGE);
        try {
            return signature.verify(signed);
        } catch (SignatureException e) {
            // The signature does not even have the form that the public key expects.
            return false;
        }
    }
}
