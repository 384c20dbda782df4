package dev.leantokens.access;

import static dev.leantokens.hostile.input.Parser.require;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.leantokens.error.TokenException;
import dev.leantokens.hostile.input.Parser;
import dev.leantokens.hostile.input.Refusals;

/** Parsers of what identifies a caller. */
public final class AccessParsers {

    public static final Map<String, Parser> ALL = Map.of("authorization", AccessParsers::authorization, "host",
            AccessParsers::host, "proxy-header", AccessParsers::proxyHeader, "clients-file", AccessParsers::clientsFile,
            "certificate-name", AccessParsers::certificateName);

    private static final HostRules RULES = new HostRules(Set.of("tokens.example"), Set.of("https://app.example"));
    private static final Pattern SERVED = Pattern.compile(
            "(?i)(?:(?:localhost\\.?|127\\.0\\.0\\.1|tokens\\.example\\.?)(?::[^@\\]:]*)?|\\[::1](?::[^@:]*)?)");
    private static final Pattern OWN = Pattern.compile(
            "(?i)(?:localhost|127\\.0\\.0\\.1|\\[::1]|tokens\\.example)(?::[0-9]{1,5})?");
    private static final Pattern ALLOWED = Pattern.compile(
            "(?i)(?:https://app\\.example\\.?(?::443)?|https?://(?:localhost\\.?|127\\.0\\.0\\.1|\\[::1])(?::[0-9]*)?)/?");

    private static final Pattern BASIC = Pattern.compile("(?i)basic [\\s\\x1C-\\x1F]*([A-Za-z0-9+/]+={0,2})");
    private static final Pattern BEARER = Pattern.compile("(?i)bearer [\\s\\x1C-\\x1F]*([^ ]+)");

    private static final Pattern PLAIN_BASIC = Pattern.compile("(?i)basic +((?:[A-Za-z0-9+/]{4})+)");
    private static final Pattern PLAIN_PAIR = Pattern.compile("[a-z0-9]+:[a-z0-9]+");
    /** RFC 6750 §2.1. */
    private static final Pattern PLAIN_BEARER = Pattern.compile("(?i)bearer +[A-Za-z0-9._~+/-]+=*");
    private static final Pattern LOOPBACK = Pattern
            .compile("(?i)https?://(localhost|127\\.0\\.0\\.1|\\[::1])(:[1-9][0-9]{0,3})?");

    private AccessParsers() {
    }

    /** Lines are headers. */
    private static void authorization(byte[] input) {
        List<String> headers = List.of(new String(input, ISO_8859_1).split("\n", -1));
        try {
            AuthorizationHeader header = AuthorizationHeader.read(headers).orElseThrow();
            require(headers.size() == 1, "a repeated header is refused");
            String value = headers.get(0).strip();
            if (header.clientId().isPresent()) {
                Matcher basic = BASIC.matcher(value);
                require(basic.matches(), "Basic has one text in Base64");
                String pair = utf8(Base64.getDecoder().decode(basic.group(1)));
                require(pair.endsWith(":" + header.sentSecret()) && !header.sentSecret().isEmpty(),
                        "the secret is what follows the first colon");
                int colon = pair.length() - header.sentSecret().length() - 1;
                require(pair.indexOf(':') == colon, "an id has no colon");
                String id = pair.substring(0, colon);
                require(id.indexOf('%') >= 0 || header.clientId().get().equals(id.replace('+', ' ')),
                        "the id is what precedes it");
            } else {
                Matcher bearer = BEARER.matcher(value);
                require(bearer.matches() && bearer.group(1).strip().equals(header.sentSecret().strip()),
                        "Bearer has one secret");
            }
            require(header.readings().contains(header.sentSecret()) && header.readings().size() <= 2,
                    "a secret is read as it was sent, or decoded");
            require(header.toString().equals("AuthorizationHeader[masked]"), "a header is masked");
            require(header.formDecodedSecret().indexOf('\uFFFD') < 0, "a secret is UTF-8");
        } catch (TokenException e) {
            Refusals.check("authorization", e);
            String value = headers.get(0).strip();
            Matcher basic = PLAIN_BASIC.matcher(value);
            require(headers.size() > 1 || !PLAIN_BEARER.matcher(value).matches() && !(basic.matches()
                    && PLAIN_PAIR.matcher(new String(Base64.getDecoder().decode(basic.group(1)), ISO_8859_1)).matches()),
                    "usual credentials are accepted");
        }
    }

    private static String utf8(byte[] bytes) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("credentials that are not UTF-8 are refused", e);
        }
    }

    /** Lines: a host, an origin, a value of Sec-Fetch-Site. */
    private static void host(byte[] input) {
        String[] lines = (new String(input, ISO_8859_1) + "\n\n").split("\n", -1);
        boolean served = RULES.servesHost(lines[0]);
        require(!served || SERVED.matcher(lines[0]).matches(), "only its own names are served");
        require(served || !OWN.matcher(lines[0]).matches(), "its own names are served");
        require(!RULES.allowsOrigin(lines[1]) || ALLOWED.matcher(lines[1].strip()).matches(), "only known origins are allowed");
        require(RULES.allowsOrigin(lines[1]) || !LOOPBACK.matcher(lines[1]).matches(), "pages of this machine are allowed");
        String site = lines[2].strip().toLowerCase(Locale.ROOT);
        require(!RULES.allowsSite(lines[2], lines[0]) || Set.of("same-origin", "none", "same-site").contains(site),
                "an unknown site is another one");
    }

    private static void proxyHeader(byte[] input) {
        String name = new String(input, ISO_8859_1);
        boolean found = ProxyHeaders.isProxyHeader(name);
        require(found == ProxyHeaders.isProxyHeader(name.replace('-', '_')), "underscores are hyphens");
        require(!Pattern.compile("(?i)forwarded|^via\\z|real[-_]ip|client[-_]?ip").matcher(name).find() || found,
                "the usual headers of proxies are known");
    }

    private static void clientsFile(byte[] input) {
        String text = new String(input, UTF_8);
        try {
            List<LocalClient> clients = LocalClientSettings.ofFile(text);
            LocalClients all = new LocalClients(clients);
            for (LocalClient client : clients) {
                require(client.id().matches("[A-Za-z0-9_-]{1,64}") && !client.scopes().isEmpty(), "a client is complete");
                require(text.contains(client.id()), "an id is taken from the file");
                client.secrets().forEach(secret -> require(!client.toString().contains(secret.text().substring(7)),
                        "a digest is masked"));
            }
            require(all.size() == clients.size(), "every client is known");
            IssuerValues.isLine(text);
        } catch (IllegalArgumentException e) {
            require(e.getCause() == null, "a cause could quote a secret");
        }
    }

    /** Lines: a pattern, and the names of a certificate. */
    private static void certificateName(byte[] input) {
        String[] lines = new String(input, UTF_8).split("\n", -1);
        List<String> names = List.of(lines).subList(1, lines.length);
        CertificatePattern pattern;
        try {
            pattern = CertificatePattern.parse(lines[0]);
        } catch (IllegalArgumentException e) {
            return;
        }
        for (String name : names) {
            boolean host = pattern.matches(new CertificatePattern.Names(List.of(), List.of(name)));
            boolean uri = pattern.matches(new CertificatePattern.Names(List.of(name), List.of()));
            require(!host || !uri, "a pattern is of one kind");
            require(!host && !uri || name.indexOf('*') < 0 && name.indexOf('%') < 0 && !name.matches("(?s).*/\\.{1,2}(/.*)?")
                    && name.chars().allMatch(c -> c > ' ' && c < 127), "a name that is not well-formed matches nothing");
            require(!host || Optional.of(name.split("\\.", -1).length).equals(Optional.of(lines[0].split("\\.", -1).length)),
                    "a star is one label");
            if (lines[0].equals(name) && lines[0].indexOf('*') < 0 && lines[0].equals(lines[0].toLowerCase(Locale.ROOT))) {
                require(host || uri, "a name without a star matches itself");
            }
        }
    }
}
