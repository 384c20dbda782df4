package dev.leantokens.access;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.leantokens.access.AccessConfig.IssuerConfig;
import dev.leantokens.issuer.IssuerSettings;
import dev.leantokens.settings.IntactText;
import dev.leantokens.settings.ServiceLinks;

/**
 * Collects what is configured of trusted issuers: by properties, by environment variables and in the clients' file. Variables
 * are read here too: SmallRye Config leaves out those for an id of several words, and takes underscores in a claim's name for
 * dots.
 */
final class IssuerValues {

    private static final String CLAIMS = "claims.";

    /** A line of the file. An id of a local client has no dot, so none of its lines looks like this. */
    private static final Pattern LINE = Pattern.compile(
            "issuers\\.(?<id>[^\\s.=]+)\\.(?<setting>[^=]*[^=\\s])\\s*=\\s*(?<value>.*)",
            Pattern.DOTALL);
    private static final Pattern START_OF_LINE = Pattern.compile("issuers\\.[^\\s=:]*\\.");

    private static final String VARIABLES = "ACCESS_ISSUERS_";
    private static final String SINGULAR = "ACCESS_ISSUER_";
    private static final String ID = "ACCESS_ISSUERS_(?<id>[A-Z0-9]+(?:_[A-Z0-9]+)*?)_";
    private static final Pattern CLAIM = Pattern.compile(ID + "CLAIMS_(?<claim>[A-Z0-9_]+)");
    private static final Pattern SETTING = Pattern.compile(ID
            + "(?<setting>ISSUER|AUDIENCE|JWKS_URL|JWKS_FILE|ALGORITHMS|SCOPES|NAME_CLAIM|CA|PROXY_URL|TOKEN_FILE)");

    /** By id and setting, as {@link IssuerSettings#of} takes them. */
    private final Map<String, Map<String, String>> values = new TreeMap<>();

    private IssuerValues() {
    }

    /** @return whether a line of the clients' file is about an issuer */
    static boolean isLine(String line) {
        return START_OF_LINE.matcher(line).lookingAt();
    }

    /**
     * Reads the lines {@code issuers.<id>.<setting>=…} of the clients' file; others are ignored.
     *
     * @param lines stripped
     * @throws IllegalArgumentException if an issuer is invalid; the message is for an operator and quotes no value
     */
    static List<IssuerSettings> ofFile(List<String> lines) {
        IssuerValues issuers = new IssuerValues();
        lines.stream().filter(IssuerValues::isLine).forEach(line -> {
            Matcher matcher = LINE.matcher(line);
            if (!matcher.matches()) {
                throw new IllegalArgumentException("a line that starts with issuers. must be issuers.<id>.<setting>=…");
            }
            if (issuers.of(matcher.group("id")).put(matcher.group("setting"), matcher.group("value")) != null) {
                throw new IllegalArgumentException("two lines have the same text before the equals sign");
            }
        });
        return issuers.settings();
    }

    /**
     * Reads properties, and variables such as {@code ACCESS_ISSUERS_A_B_CLAIMS_C_D}, the claim {@code c_d} of the issuer
     * {@code a-b}. A property takes precedence over a variable: SmallRye Config has already decided between those that it
     * reads.
     *
     * @throws IllegalArgumentException if an issuer is invalid, or a variable is no setting of an issuer; the message is for an
     *         operator and quotes no value
     */
    static List<IssuerSettings> ofSettings(Map<String, IssuerConfig> properties, Map<String, String> environment) {
        IssuerValues issuers = new IssuerValues();
        properties.forEach((id, config) -> issuers.put(issuers.of(id), config));
        environment.forEach((name, value) -> {
            if (name.startsWith(VARIABLES) && !ServiceLinks.contains(name, environment.keySet())) {
                issuers.addVariable(name, value);
            }
        });
        if (!issuers.values.isEmpty()) {
            environment.keySet().forEach(IssuerValues::requirePlural);
        }
        return issuers.settings();
    }

    private static void requirePlural(String name) {
        if (name.startsWith(SINGULAR)) {
            String plural = VARIABLES + name.substring(SINGULAR.length());
            if (CLAIM.matcher(plural).matches() || SETTING.matcher(plural).matches()) {
                throw new IllegalArgumentException(name + " has no effect: its name is " + plural);
            }
        }
    }

    private void put(Map<String, String> issuer, IssuerConfig config) {
        config.issuer().ifPresent(value -> issuer.put("issuer", value));
        config.audience().ifPresent(values -> issuer.put("audience", String.join(",", values)));
        config.jwksUrl().ifPresent(value -> issuer.put("jwks-url", value));
        config.jwksFile().ifPresent(value -> issuer.put("jwks-file", value.toString()));
        config.algorithms().ifPresent(values -> issuer.put("algorithms", String.join(",", values)));
        config.claims().forEach((claim, pattern) -> issuer.put(CLAIMS + claim, pattern.orElse("")));
        config.scopes().ifPresent(values -> issuer.put("scopes", String.join(",", values)));
        config.nameClaim().ifPresent(value -> issuer.put("name-claim", value));
        config.ca().ifPresent(value -> issuer.put("ca", value.toString()));
        config.proxyUrl().ifPresent(value -> issuer.put("proxy-url", value));
        config.tokenFile().ifPresent(value -> issuer.put("token-file", value.toString()));
    }

    /** A misspelled setting must not be ignored: without the pattern of a claim, others get tokens too. */
    private void addVariable(String name, String value) {
        Matcher claim = CLAIM.matcher(name);
        if (claim.matches()) {
            Map<String, String> issuer = of(idOf(claim.group("id")));
            String words = claim.group("claim").toLowerCase(Locale.ROOT);
            if (words.indexOf('_') >= 0) {
                // The same variable, as SmallRye Config reads it.
                issuer.remove(CLAIMS + words.replace('_', '.'), value);
            }
            issuer.putIfAbsent(CLAIMS + words, value);
            return;
        }
        Matcher setting = SETTING.matcher(name);
        if (!setting.matches()) {
            throw new IllegalArgumentException(name + " is no setting of an issuer: settings are ISSUER, AUDIENCE, JWKS_URL, "
                    + "JWKS_FILE, ALGORITHMS, CLAIMS_<claim>, SCOPES, NAME_CLAIM, CA, PROXY_URL and TOKEN_FILE");
        }
        of(idOf(setting.group("id"))).putIfAbsent(hyphenated(setting.group("setting")), value);
    }

    /** @return the id that a property has already, or otherwise the words with hyphens */
    private String idOf(String words) {
        return values.keySet().stream().filter(id -> wordsOf(id).equals(words)).findFirst().orElse(hyphenated(words));
    }

    /** @return the id as it is written in the names of variables */
    private static String wordsOf(String id) {
        return id.toUpperCase(Locale.ROOT).replace('-', '_');
    }

    /**
     * @throws IllegalArgumentException if two ids are the same in the names of variables: a claim's pattern could count for
     *         one of them only. The message is for an operator
     */
    static void requireDistinctVariables(List<IssuerSettings> issuers) {
        Map<String, String> ids = new HashMap<>();
        for (IssuerSettings issuer : issuers) {
            String other = ids.put(wordsOf(issuer.id()), issuer.id());
            if (other != null) {
                throw new IllegalArgumentException(other.equals(issuer.id()) ? "issuer " + other + " is configured twice"
                        : "the ids " + other + " and " + issuer.id() + " of issuers differ in case, - or _ only: write one of "
                                + "them in all places, or in lower case with - for variables");
            }
        }
    }

    private static String hyphenated(String words) {
        return words.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private Map<String, String> of(String id) {
        return values.computeIfAbsent(id, unknown -> new HashMap<>());
    }

    private List<IssuerSettings> settings() {
        values.values().forEach(issuer -> issuer.replaceAll((setting, value) -> IntactText.withoutByteOrderMark(value)));
        return values.entrySet().stream().map(issuer -> IssuerSettings.of(issuer.getKey(), issuer.getValue())).toList();
    }
}
