package dev.leantokens.hostile.settings;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.Certificates.Authority;
import dev.leantokens.testing.Certificates.Identity;
import dev.leantokens.testing.TestIssuer;

/** The other settings with which a setting has an effect, and a valid value for it. */
final class Surroundings {

    private static final String STORE_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    private static final String AUDIT_KEY = "a key of the audit with at least 32 characters";

    private final Path folder;
    /** By the start of a property, the longest that fits. */
    private final Map<String, Map<String, String>> variables = new HashMap<>();

    /** @param folder where files with certificates and keys are created */
    Surroundings(Path folder) {
        this.folder = folder;
        Authority authority = new Authority("authority");
        Identity identity = authority.issue("localhost", "localhost");
        String ca = write("ca.pem", authority.pem());
        String certificate = write("certificate.pem", identity.certificatePem());
        String key = write("key.pem", identity.keyPem());
        String keys = write("jwks.json", new TestIssuer("https://issuer.example").jwks());
        Map<String, String> lean = Map.of("LEAN_CLIENT_ID", "id", "LEAN_CLIENT_SECRET", "a secret of this service");
        Map<String, String> issuer = Map.of("ACCESS_ISSUERS_A_ISSUER", "https://issuer.example", "ACCESS_ISSUERS_A_AUDIENCE",
                "here", "ACCESS_ISSUERS_A_SCOPES", "api", "ACCESS_ISSUERS_A_CLAIMS_A", "value");
        put("", lean);
        put("lean.client-secret-file", Map.of("LEAN_CLIENT_ID", "id", "LEAN_CLIENT_SECRET_FILE", write("secret", "a secret")));
        put("lean.private-key", Map.of("LEAN_CLIENT_ID", "id", "LEAN_CLIENT_AUTHENTICATION", "private-key-jwt",
                "LEAN_PRIVATE_KEY_FILE", key, "LEAN_PRIVATE_KEY_ID", "id"));
        put("lean.proxy",
                with(lean, "LEAN_PROXY_URL", "http://proxy:3128", "LEAN_PROXY_USERNAME", "user", "LEAN_PROXY_PASSWORD",
                        "password"));
        put("lean.tls", with(lean, "LEAN_TLS_CERTIFICATE", certificate, "LEAN_TLS_KEY", key, "LEAN_TLS_CA", ca));
        put("lean.tls.key-store", with(lean, "LEAN_TLS_KEY_STORE", store(identity), "LEAN_TLS_KEY_STORE_PASSWORD", "password"));
        put("tls", with(lean, "TLS_CERTIFICATE", certificate, "TLS_KEY", key, "TLS_CLIENT_CA", ca));
        put("tls.key-store", with(lean, "TLS_KEY_STORE", store(identity), "TLS_KEY_STORE_PASSWORD", "password"));
        put("store", with(lean, "STORE_URL", "rediss://redis:6379", "STORE_KEY", STORE_KEY, "STORE_TLS_CA", ca));
        put("store.key-file", with(lean, "STORE_URL", "redis://redis:6379", "STORE_KEY_FILE", write("key", STORE_KEY)));
        put("store.password-file", with(lean, "STORE_URL", "redis://redis:6379", "STORE_KEY", STORE_KEY, "STORE_PASSWORD_FILE",
                write("password", "a password")));
        put("store.sentinel-master", with(lean, "STORE_URL", "redis://redis:6379", "STORE_KEY", STORE_KEY, "STORE_TYPE",
                "sentinel", "STORE_SENTINEL_MASTER", "primary"));
        put("audit", with(lean, "AUDIT_LOG", "stdout", "AUDIT_KEY", AUDIT_KEY));
        put("audit.key-file", with(lean, "AUDIT_LOG", "stdout", "AUDIT_KEY_FILE", write("audit-key", AUDIT_KEY)));
        put("otel", with(lean, "OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector:4318", "OTEL_EXPORTER_OTLP_CERTIFICATE", ca,
                "OTEL_TRACES_SAMPLER", "traceidratio"));
        put("access.clients-file",
                with(lean, "ACCESS_CLIENTS_FILE", write("clients", "b.secret=a secret of a client\nb.scopes=api\n")));
        put("access.clients.", with(lean, "ACCESS_CLIENTS_A_SECRET", "a secret of a client", "ACCESS_CLIENTS_A_SCOPES",
                "api,customer.*", "ACCESS_CLIENTS_A_DEFAULT_SCOPE", "api", "ACCESS_CLIENTS_A_CERTIFICATE", "a.example.com"));
        put("access.issuers.", with(lean, issuer));
        put("access.issuers.a.jwks-file", with(lean, with(issuer, "ACCESS_ISSUERS_A_JWKS_FILE", keys)));
        put("access.issuers.a.jwks-url", with(lean, with(issuer, "ACCESS_ISSUERS_A_JWKS_URL", "https://issuer.example/keys")));
        put("access.issuers.a.ca", with(lean, with(issuer, "ACCESS_ISSUERS_A_CA", ca)));
        put("access.issuers.a.token-file", with(lean, with(issuer, "ACCESS_ISSUERS_A_TOKEN_FILE", write("token", "a.b.c"))));
        put("access.issuers.a.proxy-url", with(lean, with(issuer, "ACCESS_ISSUERS_A_PROXY_URL", "http://proxy:3128")));
        put("mcp.oauth",
                with(lean, with(issuer, "MCP_OAUTH_RESOURCE", "https://tokens.example.com/mcp", "MCP_OAUTH_ISSUERS", "a",
                        "MCP_OAUTH_SCOPES", "read")));
    }

    private void put(String start, Map<String, String> environment) {
        variables.put(start, environment);
    }

    /** @return the variables of a valid configuration in which the setting has an effect; they can contain it */
    Map<String, String> of(Setting setting) {
        return variables.entrySet().stream().filter(entry -> setting.property().startsWith(entry.getKey()))
                .max((one, other) -> Integer.compare(one.getKey().length(), other.getKey().length())).orElseThrow().getValue();
    }

    private String store(Identity identity) {
        Path file = folder.resolve("store.p12");
        identity.writePkcs12(file, "password");
        return file.toString();
    }

    private String write(String name, String text) {
        return Certificates.write(folder.resolve(name), text).toString();
    }

    static Map<String, String> with(Map<String, String> environment, String... namesAndValues) {
        Map<String, String> all = new HashMap<>(environment);
        for (int i = 0; i < namesAndValues.length; i += 2) {
            all.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return all;
    }

    private static Map<String, String> with(Map<String, String> environment, Map<String, String> others) {
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(others);
        return all;
    }
}
