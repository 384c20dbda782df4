package dev.leantokens.issuer;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

import dev.leantokens.settings.ProxyAddress;

/** Builds the sources of keys for tests. */
final class Sources {

    private Sources() {
    }

    static KeySource ofUrl(String url) {
        return of("https://issuer.example", Optional.of(url), Optional.empty(), Optional.empty(), Optional.empty());
    }

    static KeySource byDiscovery(String issuer) {
        return of(issuer, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    static KeySource of(String issuer, Optional<String> url, Optional<Path> ca, Optional<Integer> proxyPort,
            Optional<Path> tokenFile) {
        return new KeySource("k8s", issuer, url.map(URI::create), Optional.empty(), ca,
                proxyPort.map(port -> new ProxyAddress("localhost", port)), tokenFile);
    }
}
