package dev.leantokens.attacks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.leantokens.testing.LeanStub;
import dev.leantokens.token.ClientCredentials;

/** The service, the callers with Lean credentials, and the local clients. */
public final class Parties {

    public static final ClientCredentials SERVICE = new ClientCredentials(LeanStub.CLIENT_ID, LeanStub.CLIENT_SECRET);

    /** Callers with Lean credentials; attacks on an id use the first one. */
    public static final List<ClientCredentials> CALLERS = List.of(
            new ClientCredentials(LeanStub.CALLERS_ID, LeanStub.CALLERS_SECRET),
            new ClientCredentials("3d0f5b52-1c64-4a52-9d4b-0a9e1f7c2b31", LeanStub.CALLERS_SECRET));

    /** Ordinary local clients. */
    static final ClientCredentials AGENTS = localClient("agents");
    static final ClientCredentials PAYMENTS = localClient("payments");
    /** Local clients that attack. */
    static final ClientCredentials GREEDY = localClient("greedy");
    static final ClientCredentials EAGER = localClient("eager");
    /** A local client whose scope pattern has several stars. */
    static final ClientCredentials UUIDS = localClient("uuids");

    /** The prefix of ids for which the stub accepts any secret. */
    private static final String WELL_KNOWN = "c01dc01d";
    private static final String ANY_SECRET = "any-secret-will-do";
    private static final String MADE_UP_SECRET = "of-a-client-that-does-not-exist";
    private static final String WRONG_SECRET = "wrong-secret-";

    /** Scopes that Lean refuses this service, one for each of its two errors. */
    static final String UNAUTHORIZED_SCOPE = "customer.00000000-0000-4000-8000-000000000400";
    static final String REFUSED_SCOPE = "customer.00000000-0000-4000-8000-000000000401";

    /** Together with those above, almost the maximum. */
    private static final int MANY = 990;
    private static final String BULK = "bulk-";

    private Parties() {
    }

    private static ClientCredentials localClient(String id) {
        return new ClientCredentials(id, "secret-of-" + id + "-0123456789");
    }

    /** @return one of the local clients of {@link #writeClientsFile} */
    static ClientCredentials oneOfMany() {
        return localClient(BULK + MANY / 2);
    }

    /** @return further credentials that Lean accepts */
    static ClientCredentials wellKnown() {
        return new ClientCredentials(WELL_KNOWN + UUID.randomUUID().toString().substring(WELL_KNOWN.length()), ANY_SECRET);
    }

    public static boolean isWellKnown(ClientCredentials client) {
        return client.clientId().startsWith(WELL_KNOWN) && client.clientSecret().equals(ANY_SECRET);
    }

    /** @return the credentials of a client that Lean does not know */
    static ClientCredentials madeUp() {
        return new ClientCredentials(UUID.randomUUID().toString(), MADE_UP_SECRET);
    }

    static boolean isMadeUp(ClientCredentials client) {
        return client.clientSecret().equals(MADE_UP_SECRET);
    }

    /** @return this client's id with another secret each time */
    static ClientCredentials wrong(ClientCredentials client) {
        return new ClientCredentials(client.clientId(), WRONG_SECRET + UUID.randomUUID());
    }

    static boolean isWrong(ClientCredentials client) {
        return client.clientSecret().startsWith(WRONG_SECRET);
    }

    static String newCustomer() {
        return "customer." + UUID.randomUUID();
    }

    /** @return the application's environment variables for all of them */
    public static Map<String, String> environment(String leanUrl) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "LEAN_URL", leanUrl,
                "LEAN_CLIENT_ID", SERVICE.clientId(),
                "LEAN_CLIENT_SECRET", SERVICE.clientSecret()));
        for (ClientCredentials client : List.of(AGENTS, PAYMENTS, GREEDY, EAGER)) {
            putLocalClient(environment, client, "api,customer.*");
        }
        putLocalClient(environment, UUIDS, "customer.*-*-*-*-*");
        return environment;
    }

    private static void putLocalClient(Map<String, String> environment, ClientCredentials client, String scopes) {
        String prefix = "ACCESS_CLIENTS_" + client.clientId().toUpperCase(Locale.ROOT);
        environment.put(prefix + "_SECRET", client.clientSecret());
        environment.put(prefix + "_SCOPES", scopes);
    }

    /** @return a clients' file in the folder, with almost a thousand further local clients */
    public static Path writeClientsFile(Path folder) {
        Stream<String> lines = IntStream.range(0, MANY).mapToObj(i -> localClient(BULK + i))
                .flatMap(client -> Stream.of(client.clientId() + ".secret=sha256:" + digest(client.clientSecret()),
                        client.clientId() + ".scopes=api"));
        try {
            return Files.write(folder.resolve("clients.properties"), lines.toList()).toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest(String secret) {
        try {
            return HexFormat.of().formatHex(
                    MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
