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
    /** The certificate that was in force each time that one was taken over. */
    private final List<String> takenOver = new ArrayList<>();

    private Path certificate;
    private Path key;
    private KeyCertOptions inForce;
    private TlsBucketReloader watch;

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

    /** As Quarkus' is, which takes over what it can read. */
    private final TlsConfiguration bucket = (TlsConfiguration) Proxy.newProxyInstance(getClass().getClassLoader(),
            new Class<?>[] { TlsConfiguration.class }, (proxy, method, arguments) -> switch (method.getName()) {
                case "reload" -> {
                    inForce = files.load().orElseThrow();
                    yield true;
                }
                case "getKeyStoreOptions" -> inForce;
                default -> throw new UnsupportedOperationException(method.getName());
            });

    @BeforeEach
    void start() throws Exception {
        certificate = Certificates.write(folder.resolve("certificate"), first.certificatePem());
        key = Certificates.write(folder.resolve("key"), first.keyPem());
        inForce = files.load().orElseThrow();
        watch = new TlsBucketReloader("callers", bucket, files, Clock.systemUTC(), () -> takenOver.add(nameInForce()));
        watch.begin();
    }

    private static String text(Path file) {
        try {
            return FileWatch.read(file);
        } catch (Exception e) {
            return e.toString();
        }
    }

    private String nameInForce() {
        try {
            return KeyPairs.of(inForce).get(0).getSubjectX500Principal().getName();
        } catch (Exception e) {
            throw new AssertionError("what is in force does not fit", e);
        }
    }

    @Test
    void changeIsTakenOverOnce() {
        watch.look();
        Certificates.write(certificate, second.certificatePem());
        Certificates.write(key, second.keyPem());
        watch.look();
        watch.look();

        assertThat(takenOver).containsExactly("CN=second");
    }

    @Test
    void certificateWhoseKeyIsNotThereYetIsNotTakenOver() {
        Certificates.write(certificate, second.certificatePem());
        watch.look();
        watch.look();
        assertThat(takenOver).isEmpty();
        assertThat(nameInForce()).isEqualTo("CN=first");

        Certificates.write(key, second.keyPem());
        watch.look();
        assertThat(takenOver).containsExactly("CN=second");
    }

    @Test
    void certificateThatHasExpiredIsNotTakenOver() {
        Certificates.Identity expired = authority.issueExpired("second", "localhost");
        Certificates.write(certificate, expired.certificatePem());
        Certificates.write(key, expired.keyPem());
        watch.look();
        watch.look();

        assertThat(takenOver).isEmpty();
        assertThat(nameInForce()).isEqualTo("CN=first");
    }

    @Test
    void filesThatAreWrongChangeNothingAndAreTriedAgainWhenTheyChange() {
        Certificates.write(certificate, "nothing");
        watch.look();
        watch.look();
        watch.look();
        assertThat(nameInForce()).isEqualTo("CN=first");

        Certificates.write(certificate, first.certificatePem());
        watch.look();
        assertThat(takenOver).containsExactly("CN=first");
    }

    @Test
    void validityIsThatOfTheCertificateInForce() {
        assertThat(watch.validity().orElseThrow()).isPositive();
        Duration before = watch.validity().orElseThrow();

        Certificates.write(certificate, second.certificatePem());
        assertThat(watch.validity().orElseThrow()).isCloseTo(before, Duration.ofMinutes(1));
        inForce = null;
        watch.begin();
        assertThat(watch.validity()).isEmpty();
    }

    @Test
    void keyThatNeverFittedRefusesToStart() {
        inForce = new PemKeyCertOptions().addCertValue(Buffer.buffer(first.certificatePem()))
                .addKeyValue(Buffer.buffer(second.keyPem()));

        assertThatThrownBy(watch::begin).isInstanceOf(ConfigurationException.class).hasMessageContaining("does not belong");
    }
}
