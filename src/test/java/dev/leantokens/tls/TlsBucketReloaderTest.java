package dev.leantokens.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.leantokens.file.FileWatch;
import dev.leantokens.testing.Certificates;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.tls.TlsConfiguration;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.PemKeyCertOptions;

class TlsBucketReloaderTest {

    @TempDir
    Path folder;

    private final Certificates.Authority authority = new Certificates.Authority("authority");
    private final Certificates.Identity first = authority.issue("first", "localhost");
    private final Certificates.Identity second = authority.issue("second", "localhost");
    /** The subject of the loaded certificate, for each reload. */
    private final List<String> reloads = new ArrayList<>();

    private Path certificate;
    private Path key;
    private KeyCertOptions loaded;
    private TlsBucketReloader reloader;

    private final TlsBucketReloader.Files files = new TlsBucketReloader.Files() {

        @Override
        public String fingerprint() {
            return text(certificate) + text(key);
        }

        @Override
        public Optional<KeyCertOptions> load() throws Exception {
            return Optional.of(new PemKeyCertOptions().addCertValue(Buffer.buffer(FileWatch.readBytes(certificate)))
                    .addKeyValue(Buffer.buffer(FileWatch.readBytes(key))));
        }
    };

    /** Like Quarkus' bucket, which loads any file that it can read. */
    private final TlsConfiguration bucket = (TlsConfiguration) Proxy.newProxyInstance(getClass().getClassLoader(),
            new Class<?>[] { TlsConfiguration.class }, (proxy, method, arguments) -> switch (method.getName()) {
                case "reload" -> {
                    loaded = files.load().orElseThrow();
                    yield true;
                }
                case "getKeyStoreOptions" -> loaded;
                default -> throw new UnsupportedOperationException(method.getName());
            });

    @BeforeEach
    void start() throws Exception {
        certificate = Certificates.write(folder.resolve("certificate"), first.certificatePem());
        key = Certificates.write(folder.resolve("key"), first.keyPem());
        loaded = files.load().orElseThrow();
        reloader = new TlsBucketReloader("callers", bucket, files, Clock.systemUTC(), () -> reloads.add(loadedSubject()));
        reloader.start();
    }

    private static String text(Path file) {
        try {
            return FileWatch.read(file);
        } catch (Exception e) {
            return e.toString();
        }
    }

    private String loadedSubject() {
        try {
            return KeyPairs.verify(loaded).get(0).getSubjectX500Principal().getName();
        } catch (Exception e) {
            throw new AssertionError("the loaded key does not belong to its certificate", e);
        }
    }

    @Test
    void changedFilesAreReloadedOnce() {
        reloader.poll();
        Certificates.write(certificate, second.certificatePem());
        Certificates.write(key, second.keyPem());
        reloader.poll();
        reloader.poll();

        assertThat(reloads).containsExactly("CN=second");
    }

    @Test
    void certificateWithoutItsKeyIsNotLoaded() {
        Certificates.write(certificate, second.certificatePem());
        reloader.poll();
        reloader.poll();
        assertThat(reloads).isEmpty();
        assertThat(loadedSubject()).isEqualTo("CN=first");

        Certificates.write(key, second.keyPem());
        reloader.poll();
        assertThat(reloads).containsExactly("CN=second");
    }

    @Test
    void expiredCertificateIsNotLoaded() {
        Certificates.Identity expired = authority.issueExpired("second", "localhost");
        Certificates.write(certificate, expired.certificatePem());
        Certificates.write(key, expired.keyPem());
        reloader.poll();
        reloader.poll();

        assertThat(reloads).isEmpty();
        assertThat(loadedSubject()).isEqualTo("CN=first");
    }

    @Test
    void invalidFilesChangeNothingAndAreLoadedAfterTheNextChange() {
        Certificates.write(certificate, "nothing");
        reloader.poll();
        reloader.poll();
        reloader.poll();
        assertThat(loadedSubject()).isEqualTo("CN=first");

        Certificates.write(certificate, first.certificatePem());
        reloader.poll();
        assertThat(reloads).containsExactly("CN=first");
    }

    @Test
    void validityIsThatOfTheLoadedCertificate() {
        assertThat(reloader.validity().orElseThrow()).isPositive();
        Duration before = reloader.validity().orElseThrow();

        Certificates.write(certificate, second.certificatePem());
        assertThat(reloader.validity().orElseThrow()).isCloseTo(before, Duration.ofMinutes(1));
        loaded = null;
        reloader.start();
        assertThat(reloader.validity()).isEmpty();
    }

    @Test
    void keyOfAnotherCertificateStopsTheStart() {
        loaded = new PemKeyCertOptions().addCertValue(Buffer.buffer(first.certificatePem()))
                .addKeyValue(Buffer.buffer(second.keyPem()));

        assertThatThrownBy(reloader::start).isInstanceOf(ConfigurationException.class).hasMessageContaining("does not belong");
    }
}
