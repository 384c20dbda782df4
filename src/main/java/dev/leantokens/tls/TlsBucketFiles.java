package dev.leantokens.tls;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.leantokens.file.FileWatch;
import io.quarkus.runtime.util.HashUtil;
import io.quarkus.tls.runtime.CertificateRecorder;
import io.quarkus.tls.runtime.KeyStoreAndKeyCertOptions;
import io.quarkus.tls.runtime.config.JKSKeyStoreConfig;
import io.quarkus.tls.runtime.config.JKSTrustStoreConfig;
import io.quarkus.tls.runtime.config.KeyStoreConfig;
import io.quarkus.tls.runtime.config.P12KeyStoreConfig;
import io.quarkus.tls.runtime.config.P12TrustStoreConfig;
import io.quarkus.tls.runtime.config.PemCertsConfig;
import io.quarkus.tls.runtime.config.TlsBucketConfig;
import io.quarkus.tls.runtime.config.TrustStoreConfig;
import io.vertx.core.Vertx;
import io.vertx.core.net.KeyCertOptions;

/** The files of a bucket of Quarkus' TLS registry, loaded as the registry does. */
final class TlsBucketFiles implements TlsBucketReloader.Files {

    private final String name;
    private final TlsBucketConfig bucket;
    private final Vertx vertx;
    private final List<Path> files = new ArrayList<>();
    private final List<Path> folders = new ArrayList<>();

    TlsBucketFiles(String name, TlsBucketConfig bucket, Vertx vertx) {
        this.name = name;
        this.bucket = bucket;
        this.vertx = vertx;
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

    @Override
    public String fingerprint() {
        return all().map(file -> file + "=" + HashUtil.sha256(content(file))).collect(Collectors.joining("\n"));
    }

    @Override
    public Optional<KeyCertOptions> load() {
        CertificateRecorder.getTrustStore(bucket, vertx, name);
        KeyStoreAndKeyCertOptions keys = CertificateRecorder.getKeyStore(bucket, vertx, name);
        return Optional.ofNullable(keys).map(loaded -> loaded.options);
    }

    private Stream<Path> all() {
        return Stream.concat(files.stream(), folders.stream().flatMap(TlsBucketFiles::filesOf));
    }

    private static Stream<Path> filesOf(Path folder) {
        try (Stream<Path> list = Files.list(folder)) {
            return list.sorted().toList().stream();
        } catch (IOException e) {
            // content() makes its error a part of the fingerprint, and load() reports it.
            return Stream.of(folder);
        }
    }

    /** An error counts as content, so that a file that becomes unreadable changes the fingerprint. */
    private static byte[] content(Path file) {
        try {
            return FileWatch.readBytes(file);
        } catch (IOException e) {
            return e.toString().getBytes(StandardCharsets.UTF_8);
        }
    }
}
