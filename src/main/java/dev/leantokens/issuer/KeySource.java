package dev.leantokens.issuer;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

import dev.leantokens.file.FileWatch;
import dev.leantokens.settings.HttpsUrl;
import dev.leantokens.settings.ProxyAddress;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemTrustOptions;

/**
 * Where the keys of an issuer are: the part of its settings that concerns them.
 *
 * @param id names the issuer in the log and in metrics
 * @param issuer the value of {@code iss}, where discovery starts without a URL or a file
 * @param url of the key set
 * @param file with the key set
 * @param ca a PEM file with authorities
 * @param proxy the forward proxy for requests
 * @param tokenFile a file with the token that requests are sent with
 */
record KeySource(String id, String issuer, Optional<URI> url, Optional<Path> file, Optional<Path> ca,
        Optional<ProxyAddress> proxy, Optional<Path> tokenFile) {

    /**
     * @throws IllegalArgumentException if the settings are invalid, or a file cannot be used; the message is for an operator
     */
    static KeySource of(IssuerSettings settings, Vertx vertx) {
        KeySource source = new KeySource(settings.id(), settings.issuer(),
                settings.jwksUrl().map(text -> HttpsUrl.parse(text).orElseThrow(() -> invalid(settings.id(),
                        "has a jwks-url that is not an https URL; http is for localhost, 127.0.0.1 and [::1]"))),
                settings.jwksFile(), settings.ca(),
                settings.proxyUrl().map(text -> ProxyAddress.parse(text)
                        .orElseThrow(
                                () -> invalid(settings.id(), "has a proxy-url that is not http://host:port, without a user"))),
                settings.tokenFile());
        if (source.file().isEmpty()) {
            source.checkRequests(vertx);
        }
        return source;
    }

    private void checkRequests(Vertx vertx) {
        URI start = url.or(() -> HttpsUrl.parse(issuer))
                .orElseThrow(() -> invalid(id, "has an issuer that is not an https URL, where its "
                        + "keys are found by discovery; otherwise, set jwks-url or jwks-file"));
        if (proxy.isPresent() && !HttpsUrl.isEncrypted(start)) {
            throw invalid(id, "has a proxy-url, but its keys are requested by plain http, which must not leave this machine");
        }
        read("ca", ca, path -> authorities(path, vertx));
        read("token-file", tokenFile, KeySource::token);
    }

    private <T> void read(String setting, Optional<Path> file, FileReader<T> reader) {
        file.ifPresent(path -> {
            try {
                reader.read(path);
            } catch (IOException e) {
                throw invalid(id, "cannot be used: " + FileWatch.describe(setting, path, e));
            }
        });
    }

    @FunctionalInterface
    interface FileReader<T> {

        T read(Path file) throws IOException;
    }

    private static IllegalArgumentException invalid(String id, String message) {
        return new IllegalArgumentException("issuer " + id + " " + message);
    }

    /** @return whether both have the same keys, whatever their settings are called */
    boolean hasKeysOf(KeySource other) {
        return named(other.id).equals(other);
    }

    private KeySource named(String otherId) {
        return new KeySource(otherId, issuer, url, file, ca, proxy, tokenFile);
    }

    /** @return whether both URLs are served by the same server */
    static boolean sameOrigin(URI one, URI other) {
        return HttpsUrl.isEncrypted(one) == HttpsUrl.isEncrypted(other) && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    static int port(URI url) {
        return url.getPort() >= 0 ? url.getPort() : HttpsUrl.isEncrypted(url) ? 443 : 80;
    }

    /** @throws IOException if the file cannot be read or has no certificates */
    static PemTrustOptions authorities(Path file, Vertx vertx) throws IOException {
        PemTrustOptions authorities = new PemTrustOptions().addCertValue(Buffer.buffer(FileWatch.readBytes(file)));
        try {
            authorities.getTrustManagerFactory(vertx);
            return authorities;
        } catch (Exception e) {
            // Not used as a cause, since it can quote the content, which may be a key.
            throw new IOException("it contains something other than certificates in PEM");
        }
    }

    /** @throws IOException if the file cannot be read or has no token in the form of RFC 6750 §2.1 */
    static String token(Path file) throws IOException {
        String token = FileWatch.read(file).strip();
        if (!token.matches("[A-Za-z0-9._~+/-]{1,16384}=*")) {
            throw new IOException("it does not contain one token");
        }
        return token;
    }

    /** Only the id: a URL can contain a password. */
    @Override
    public String toString() {
        return "KeySource[" + id + "]";
    }
}
