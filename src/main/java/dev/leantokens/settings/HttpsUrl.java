package dev.leantokens.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/** URLs of servers that this service may trust: https, or http for servers on this machine. */
public final class HttpsUrl {

    private static final String HTTPS = "https";
    private static final String HTTP = "http";

    private HttpsUrl() {
    }

    /**
     * @return empty if the text is no such URL, or has a user, a fragment or an invalid port. Whether a server is on this
     *         machine depends on the written name only, never on its address
     */
    public static Optional<URI> parse(String text) {
        try {
            URI url = new URI(text);
            boolean valid = url.getHost() != null && url.getRawUserInfo() == null && url.getRawFragment() == null
                    && url.getPort() != 0 && url.getPort() <= SettingRule.HIGHEST_PORT;
            return valid && (isEncrypted(url)
                    || HTTP.equalsIgnoreCase(url.getScheme()) && LoopbackHost.isLoopback(url.getHost())) ? Optional.of(url)
                            : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    public static boolean isEncrypted(URI url) {
        return HTTPS.equalsIgnoreCase(url.getScheme());
    }
}
