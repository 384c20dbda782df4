package dev.leantokens.packaged;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import dev.leantokens.testing.RedisConnection;
import dev.leantokens.testing.RedisServer;

/** The store of a deployment example, which starts with the same options and the same users. */
final class DeployedStore implements AutoCloseable {

    static final String KEY = Base64.getEncoder().encodeToString(new byte[32]);
    static final String PASSWORD = "store-p4ssw0rd-never-to-be-seen";
    /** The operator of the store. */
    private static final String OPERATOR = "operator";

    private final RedisServer server;
    private final boolean hasUsers;

    private DeployedStore(RedisServer server, boolean hasUsers) {
        this.server = server;
        this.hasUsers = hasUsers;
    }

    /** @param folder where the mounted files are */
    static DeployedStore start(List<String> options, Path folder) {
        List<String> here = options.stream().map(option -> option.startsWith("/run/") ? folder + option : option).toList();
        return new DeployedStore(RedisServer.start(here.toArray(String[]::new)), options.contains("--aclfile"));
    }

    /** @return the users of the manifest, with a known password for the service, and the operator */
    static String users(String users) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(PASSWORD.getBytes(StandardCharsets.UTF_8));
            return users.replaceFirst("#[0-9a-f]{64}", "#" + HexFormat.of().formatHex(digest)).stripTrailing()
                    + "\nuser " + OPERATOR + " on nopass ~* &* +@all\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @return the URL of the manifest, with this server's address */
    String url(String manifest) {
        return manifest.replaceFirst("[a-z-]+:6379$", "127.0.0.1:" + server.port());
    }

    /** @return the names of all keys */
    Stream<String> keys() {
        try (RedisConnection connection = server.connect()) {
            if (hasUsers) {
                connection.send("AUTH", OPERATOR, "any");
            }
            List<?> keys = (List<?>) connection.send("KEYS", "*");
            return keys.stream().map(key -> new String((byte[]) key, StandardCharsets.UTF_8)).toList().stream();
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
