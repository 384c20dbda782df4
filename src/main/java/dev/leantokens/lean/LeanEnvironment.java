package dev.leantokens.lean;

import java.net.URI;

/** Lean's environments, with the host of each one's authorization server. */
public enum LeanEnvironment {
    PRODUCTION_UAE("https://auth.leantech.me"),
    PRODUCTION_KSA("https://auth.sa.leantech.me"),
    SANDBOX_UAE("https://auth.sandbox.leantech.me"),
    SANDBOX_KSA("https://auth.sandbox.sa.leantech.me");

    private final URI url;

    LeanEnvironment(String url) {
        this.url = URI.create(url);
    }

    /** @return the authorization host, without a path */
    public URI url() {
        return url;
    }
}
