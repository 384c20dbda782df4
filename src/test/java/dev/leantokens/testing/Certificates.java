package dev.leantokens.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.OptionalInt;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Creates valid and invalid certificates. */
public final class Certificates {

    private static final Duration LIFETIME = Duration.ofDays(2);
    private static final char[] NO_PASSWORD = {};
    private static final SecureRandom RANDOM = new SecureRandom();

    private Certificates() {
    }

    /** A certificate authority. */
    public static final class Authority {

        private final Identity identity;

        public Authority(String name) {
            this.identity = Certificates.issue(name, newKeys(), null, List.of(), true, Instant.now(), LIFETIME);
        }

        public X509Certificate certificate() {
            return identity.certificate();
        }

        public String pem() {
            return Certificates.pem("CERTIFICATE", encoded(certificate()));
        }

        /** @param hosts names or addresses of the server; empty for a client */
        public Identity issue(String name, String... hosts) {
            return Certificates.issue(name, newKeys(), identity, List.of(hosts), false, Instant.now(), LIFETIME);
        }

        /** @param names of any type; a client's, unless the purposes say otherwise */
        public Identity issue(String name, List<GeneralName> names, KeyPurposeId... purposes) {
            return Certificates.issue(name, newKeys(), identity, names, List.of(purposes), false, Instant.now(), LIFETIME);
        }

        /** @param usage of {@link KeyUsage} */
        public Identity issueFor(int usage, String name, List<GeneralName> names) {
            return Certificates.issue(name, newKeys(), identity, names, List.of(), OptionalInt.of(usage), false, Instant.now(),
                    LIFETIME);
        }

        /** @return the certificate of another authority, with its key */
        public Identity issueAuthority(String name, List<GeneralName> names) {
            return Certificates.issue(name, newKeys(), identity, names, List.of(), true, Instant.now(), LIFETIME);
        }

        /** Issues a certificate with an RSA key. */
        public Identity issueRsa(String name, String... hosts) {
            return Certificates.issue(name, newRsaKeys(), identity, List.of(hosts), false, Instant.now(), LIFETIME);
        }

        /** @return a certificate that expired a day ago */
        public Identity issueExpired(String name, String... hosts) {
            return Certificates.issue(name, newKeys(), identity, List.of(hosts), false,
                    Instant.now().minus(LIFETIME).minus(Duration.ofDays(1)), LIFETIME);
        }
    }

    /** A certificate and its key. */
    public record Identity(X509Certificate certificate, PrivateKey key) {

        public String certificatePem() {
            return pem("CERTIFICATE", encoded(certificate));
        }

        /** @return the unencrypted key in PKCS#8 */
        public String keyPem() {
            return pem("PRIVATE KEY", key.getEncoded());
        }

        /** @return the unencrypted key in the older form of its algorithm (PKCS#1, SEC 1) */
        public String traditionalKeyPem() {
            try {
                return key instanceof ECPrivateKey ec
                        ? pem("EC PARAMETERS", SECObjectIdentifiers.secp256r1.getEncoded()) + pem("EC PRIVATE KEY",
                                new org.bouncycastle.asn1.sec.ECPrivateKey(256, ec.getS(), SECObjectIdentifiers.secp256r1)
                                        .getEncoded())
                        : pem("RSA PRIVATE KEY", PrivateKeyInfo.getInstance(key.getEncoded()).parsePrivateKey()
                                .toASN1Primitive().getEncoded());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Writes key and certificate to a PKCS#12 key store. */
        public void writePkcs12(Path file, String password) {
            try (OutputStream out = Files.newOutputStream(file)) {
                keyStore(password.toCharArray()).store(out, password.toCharArray());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        private KeyStore keyStore(char[] password) throws GeneralSecurityException, IOException {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("identity", key, password, new X509Certificate[] { certificate });
            return store;
        }

        @Override
        public String toString() {
            return "Identity[" + certificate.getSubjectX500Principal() + "]";
        }
    }

    /** @return a self-signed certificate */
    public static Identity selfSigned(String name, String... hosts) {
        return issue(name, newKeys(), null, List.of(hosts), false, Instant.now(), LIFETIME);
    }

    /**
     * @param identity the certificate to present; null for none
     * @param trusted the authorities whose certificates are accepted
     */
    public static SSLContext context(Identity identity, Authority... trusted) {
        try {
            KeyManager[] keys = null;
            if (identity != null) {
                KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
                factory.init(identity.keyStore(NO_PASSWORD), NO_PASSWORD);
                keys = factory.getKeyManagers();
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (Authority authority : trusted) {
                store.setCertificateEntry(authority.certificate().getSubjectX500Principal().getName(), authority.certificate());
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            TrustManager[] trust = trusted.length == 0 ? null : factory.getTrustManagers();
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys, trust, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replaces a file atomically, as operators should rotate secrets. */
    public static Path write(Path file, String text) {
        try {
            Path beside = Files.createTempFile(file.toAbsolutePath().getParent(), "new-", null);
            Files.writeString(beside, text);
            return Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String pem(String what, byte[] content) {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(content);
        return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(what, base64, what);
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair newRsaKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Identity issue(String name, KeyPair keys, Identity issuer, List<String> hosts, boolean authority,
            Instant from, Duration lifetime) {
        return issue(name, keys, issuer, hosts.stream().map(host -> new GeneralName(
                host.matches("[0-9.]+|.*:.*") ? GeneralName.iPAddress : GeneralName.dNSName, host)).toList(), List.of(),
                authority, from, lifetime);
    }

    private static Identity issue(String name, KeyPair keys, Identity issuer, List<GeneralName> names,
            List<KeyPurposeId> purposes, boolean authority, Instant from, Duration lifetime) {
        return issue(name, keys, issuer, names, purposes, OptionalInt.empty(), authority, from, lifetime);
    }

    private static Identity issue(String name, KeyPair keys, Identity issuer, List<GeneralName> names,
            List<KeyPurposeId> purposes, OptionalInt usage, boolean authority, Instant from, Duration lifetime) {
        X500Name subject = new X500Name("CN=" + name);
        X500Name signedBy = issuer == null ? subject
                : X500Name.getInstance(issuer.certificate().getSubjectX500Principal().getEncoded());
        // A minute ago, in case clocks differ.
        Instant notBefore = from.minus(Duration.ofMinutes(1));
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(signedBy, new BigInteger(64, RANDOM).abs(),
                Date.from(notBefore), Date.from(notBefore.plus(lifetime)), subject, keys.getPublic());
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (usage.isPresent()) {
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(usage.getAsInt()));
            }
            if (!purposes.isEmpty()) {
                builder.addExtension(Extension.extendedKeyUsage, false,
                        new ExtendedKeyUsage(purposes.toArray(KeyPurposeId[]::new)));
            }
            if (!names.isEmpty()) {
                builder.addExtension(Extension.subjectAlternativeName, false,
                        new GeneralNames(names.toArray(GeneralName[]::new)));
            }
            PrivateKey signer = issuer == null ? keys.getPrivate() : issuer.key();
            return new Identity(new JcaX509CertificateConverter().getCertificate(
                    builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(signer))), keys.getPrivate());
        } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] encoded(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
