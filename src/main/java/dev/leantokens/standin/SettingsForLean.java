package dev.leantokens.standin;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import dev.leantokens.lean.LeanConfig;
import dev.leantokens.tls.LeanTlsConfig;

/** The settings of who the service is at Lean and how it gets there, which the stand-in would ignore. */
final class SettingsForLean {

    private SettingsForLean() {
    }

    /** @return the variables of those that are set */
    static List<String> of(LeanConfig lean, LeanTlsConfig tls) {
        return Stream.of(
                setting("LEAN_URL", lean.url()),
                setting("LEAN_CLIENT_ID", lean.clientId()),
                setting("LEAN_CLIENT_SECRET", lean.clientSecret()),
                setting("LEAN_CLIENT_SECRET_FILE", lean.clientSecretFile()),
                setting("LEAN_CLIENT_AUTHENTICATION",
                        Optional.of(lean.clientAuthentication()).filter(SettingsForLean::isForLean)),
                setting("LEAN_PRIVATE_KEY_FILE", lean.privateKeyFile()),
                setting("LEAN_PRIVATE_KEY_ID", lean.privateKeyId()),
                setting("LEAN_ASSERTION_AUDIENCE", lean.assertionAudience()),
                setting("LEAN_PROXY_URL", lean.proxyUrl()),
                setting("LEAN_PROXY_USERNAME", lean.proxyUsername()),
                setting("LEAN_PROXY_PASSWORD", lean.proxyPassword()),
                setting("LEAN_TLS_CERTIFICATE", tls.certificate()),
                setting("LEAN_TLS_KEY", tls.key()),
                setting("LEAN_TLS_KEY_STORE", tls.keyStore()),
                setting("LEAN_TLS_KEY_STORE_PASSWORD", tls.keyStorePassword()),
                setting("LEAN_TLS_CA", tls.ca()))
                .filter(setting -> setting.getValue().isPresent()).map(Map.Entry::getKey).toList();
    }

    private static Map.Entry<String, Optional<?>> setting(String variable, Optional<?> value) {
        return Map.entry(variable, value);
    }

    /** The stand-in knows both ways of showing a secret. */
    private static boolean isForLean(LeanConfig.ClientAuthentication method) {
        return method == LeanConfig.ClientAuthentication.PRIVATE_KEY_JWT
                || method == LeanConfig.ClientAuthentication.TLS_CLIENT_AUTH;
    }
}
