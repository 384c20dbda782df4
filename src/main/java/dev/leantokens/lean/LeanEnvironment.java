package dev.leantokens.lean;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;

/** Lean's environments, with the host of each one's authorization server, and the one that is not Lean's. */
public enum LeanEnvironment {
    PRODUCTION_UAE("https://auth.leantech.me"),
    PRODUCTION_KSA("https://auth.sa.leantech.me"),
    SANDBOX_UAE("https://auth.sandbox.leantech.me"),
    SANDBOX_KSA("https://auth.sandbox.sa.leantech.me"),
    /** A stand-in for Lean inside this process, for trials without an account: its tokens open nothing. */
    STAND_IN(null);

    private final Optional<URI> url;

    LeanEnvironment(String url) {
        this.url = Optional.ofNullable(url).map(URI::create);
    }

    /** @return how it is configured */
    String configuredName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @return the authorization host, without a path; empty for the stand-in, whose port is known when it has started */
    public Optional<URI> url() {
        return url;
    }
}
