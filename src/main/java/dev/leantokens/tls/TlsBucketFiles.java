package dev.leantokens.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import dev.leantokens.file.FileWatch;
import io.quarkus.tls.runtime.config.JKSKeyStoreConfig;
import io.quarkus.tls.runtime.config.JKSTrustStoreConfig;
import io.quarkus.tls.runtime.config.KeyStoreConfig;
import io.quarkus.tls.runtime.config.P12KeyStoreConfig;
import io.quarkus.tls.runtime.config.P12TrustStoreConfig;
import io.quarkus.tls.runtime.config.PemCertsConfig;
import io.quarkus.tls.runtime.config.TlsBucketConfig;
import io.quarkus.tls.runtime.config.TrustStoreConfig;

/** The files that a bucket of Quarkus' TLS registry is made of. */
final class TlsBucketFiles {

    private final List<Path> files = new ArrayList<>();
    private final List<Path> folders = new ArrayList<>();

    TlsBucketFiles(TlsBucketConfig bucket) {
        bucket.keyStore().ifPresent(this::add);
        bucket.trustStore().ifPresent(this::add);
        bucket.certificateRevocationList().ifPresent(files::addAll);
    }

    private void add(KeyStoreConfig store) {
        store.pem().ifPresent(pem -> pem.keyCerts().values().forEach(pair -> {
            files.add(pair.cert());
            files.add(pair.key());
        }));
        store.p12().map(P12KeyStoreConfig::path).ifPresent(files::add);
        store.jks().map(JKSKeyStoreConfig::path).ifPresent(files::add);
    }

    private void add(TrustStoreConfig store) {
        store.pem().flatMap(PemCertsConfig::certs).ifPresent(files::addAll);
        store.pem().flatMap(PemCertsConfig::certDirs).ifPresent(folders::addAll);
        store.p12().map(P12TrustStoreConfig::path).ifPresent(files::add);
        store.jks().map(JKSTrustStoreConfig::path).ifPresent(files::add);
    }

    boolean isEmpty() {
        return files.isEmpty() && folders.isEmpty();
    }

    /** @return what tells one content of all the files from another; a file that cannot be read is a content too */
    String fingerprint() {
        MessageDigest digest = sha256();
        for (Path file : all()) {
            digest.update(sha256().digest(file.toString().getBytes(StandardCharsets.UTF_8)));
            digest.update(sha256().digest(content(file)));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private List<Path> all() {
        List<Path> all = new ArrayList<>(files);
        for (Path folder : folders) {
            try (Stream<Path> in = Files.list(folder)) {
                in.sorted().forEach(all::add);
            } catch (IOException e) {
                // So is a folder: what is wrong with it is said when its bucket is loaded.
                all.add(folder);
            }
        }
        return all;
    }

    private static byte[] content(Path file) {
        try {
            return FileWatch.readBytes(file);
        } catch (IOException e) {
            return e.toString().getBytes(StandardCharsets.UTF_8);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
