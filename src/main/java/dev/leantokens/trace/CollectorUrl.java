package dev.leantokens.trace;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Set;

import dev.leantokens.settings.HttpsUrl;
import dev.leantokens.settings.LoopbackHost;
import dev.leantokens.settings.SettingRule;

/**
 * The address of a collector.
 *
 * @param url with the scheme http or https and a host, without a user, a query or a fragment
 */
public record CollectorUrl(URI url) {

    static final String RULE = "must be a URL such as http://collector:4318, without a user, a query or a fragment";

    private static final Set<String> SCHEMES = Set.of("http", "https");

    /** @throws IllegalArgumentException without the text, if it is no such address */
    public static CollectorUrl of(String text) {
        try {
            URI url = new URI(text);
            if (url.getScheme() == null || !SCHEMES.contains(url.getScheme().toLowerCase(Locale.ROOT)) || url.getHost() == null
                    || url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null
                    || url.getPort() == 0 || url.getPort() > SettingRule.HIGHEST_PORT) {
                throw new IllegalArgumentException(RULE);
            }
            return new CollectorUrl(url);
        } catch (URISyntaxException e) {
            // Without the cause: its message quotes the text.
            throw new IllegalArgumentException(RULE);
        }
    }

    boolean isEncrypted() {
        return HttpsUrl.isEncrypted(url);
    }

    /** @return whether what is sent cannot be read on the way */
    boolean isPrivate() {
        return isEncrypted() || LoopbackHost.isLoopback(url.getHost());
    }

    /** @return scheme, host and port, for the log */
    String origin() {
        return url.getScheme() + "://" + url.getAuthority();
    }

    /** Leaves out the path, which can be a secret of the collector's operator. */
    @Override
    public String toString() {
        return origin();
    }
}
