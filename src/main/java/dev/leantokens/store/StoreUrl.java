package dev.leantokens.store;

import static dev.leantokens.settings.SettingRule.HIGHEST_PORT;
import static dev.leantokens.settings.SettingRule.require;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.quarkus.runtime.configuration.ConfigurationException;

/**
 * One address of STORE_URL.
 *
 * @param encrypted whether connections use TLS
 * @param user the name to authenticate with; empty for the default user
 * @param password its password, decoded
 * @param host a name, or an IP address with the brackets of IPv6
 * @param database the number of a database; 0 for the first one
 */
record StoreUrl(boolean encrypted, Optional<String> user, Optional<String> password, String host, int port,
        int database) {

    private static final int DEFAULT_PORT = 6379;

    /** The password ends at the last @, so it may contain one. */
    private static final Pattern URL = Pattern.compile(
            "(?i)(redis|rediss)://(?:([^:]*)(?::(.*))?@)?([a-z0-9._-]+|\\[[0-9a-f:.]+])(?::(\\d{1,5}))?(?:/(\\d{1,4})?)?");
    /** The client of Vert.x does not encode it in each URL that it derives. */
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9._-]*");
    /** A comma separates addresses only in front of the next scheme, so a password may contain commas. */
    private static final Pattern NEXT = Pattern.compile(",\\s*(?=rediss?://)", Pattern.CASE_INSENSITIVE);

    /**
     * @param setting addresses, separated by commas
     * @throws ConfigurationException if one is invalid; the message is for an operator and quotes nothing
     */
    static List<StoreUrl> parse(String setting) {
        List<StoreUrl> urls = new ArrayList<>();
        for (String text : NEXT.split(setting.strip())) {
            urls.add(parseOne(text.strip()));
        }
        return List.copyOf(urls);
    }

    private static StoreUrl parseOne(String text) {
        Matcher url = URL.matcher(text);
        int port = !url.matches() ? 0 : url.group(5) == null ? DEFAULT_PORT : Integer.parseInt(url.group(5));
        require(port > 0 && port <= HIGHEST_PORT, "STORE_URL must be redis://host:port or, over TLS, rediss://host:port, "
                + "optionally with user:password@ in front of the host and the number of a database behind a slash");
        // Without a colon, clients of Redis disagree whether it is the user or the password.
        require(url.group(2) == null || url.group(3) != null, "STORE_URL has only one word in front of @: "
                + "write user:password@ or, for the default user, :password@");
        Optional<String> user = decoded(url.group(2));
        require(USER.matcher(user.orElse("")).matches(),
                "the user in STORE_URL may have letters, digits, dots, hyphens and underscores");
        require(isHost(url.group(4)), "the host in STORE_URL is no valid name or address; names have no underscores");
        Optional<String> password = decoded(url.group(3));
        return new StoreUrl(url.group(1).toLowerCase(Locale.ROOT).equals("rediss"), user, password, url.group(4), port,
                url.group(6) == null ? 0 : Integer.parseInt(url.group(6)));
    }

    /** The client of Vert.x parses URLs by this class, and quotes those that are invalid. */
    private static boolean isHost(String host) {
        try {
            return new URI("redis://" + host).getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Decodes percent-encoded characters; a plus sign stays one. */
    private static Optional<String> decoded(String text) {
        if (text == null || text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            // Not used as a cause, since it quotes characters.
            throw new ConfigurationException("the user or the password in STORE_URL has a percent sign that starts no "
                    + "encoded character: write %25 for it");
        }
    }

    /**
     * @param filePassword the password of STORE_PASSWORD_FILE, which replaces that of the URL
     * @return what the client of Vert.x connects to; has the password
     */
    String connectionString(Optional<String> filePassword) {
        String credentials = filePassword.or(() -> password)
                .map(secret -> encoded(user.orElse("")) + ":" + encoded(secret) + "@").orElse("");
        return (encrypted ? "rediss://" : "redis://") + credentials + host + ":" + port
                + (database == 0 ? "" : "/" + database);
    }

    /** @return the address without the user, the password and the database */
    String address() {
        return (encrypted ? "rediss://" : "redis://") + host + ":" + port;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** Leaves out what identifies the server, the user and the password. */
    @Override
    public String toString() {
        return "StoreUrl[port=" + port + "]";
    }
}
