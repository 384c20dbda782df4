package dev.leantokens.issuer;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

import dev.leantokens.settings.HttpsUrl;
import dev.leantokens.settings.IntactText;

/** The rules for the settings of one issuer. */
final class IssuerRules {

    private static final String ISSUER = "issuer";
    private static final String AUDIENCE = "audience";
    private static final String JWKS_URL = "jwks-url";
    private static final String JWKS_FILE = "jwks-file";
    private static final String ALGORITHMS = "algorithms";
    private static final String CLAIMS = "claims.";
    private static final String SCOPES = "scopes";
    private static final String NAME_CLAIM = "name-claim";
    private static final String CA = "ca";
    private static final String PROXY_URL = "proxy-url";
    private static final String TOKEN_FILE = "token-file";

    private static final Set<String> NAMES = Set.of(ISSUER, AUDIENCE, JWKS_URL, JWKS_FILE, ALGORITHMS, SCOPES, NAME_CLAIM, CA,
            PROXY_URL, TOKEN_FILE);

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final String SUBJECT = "sub";

    private static final Pattern SYMMETRIC = Pattern.compile("(?i)HS\\d+");

    /** Everyone can get a token from them, with any audience. */
    static final Set<String> PUBLIC_ISSUERS = Set.of("https://token.actions.githubusercontent.com",
            "https://gitlab.com", "https://accounts.google.com", "https://agent.buildkite.com", "https://app.terraform.io",
            "https://oidc.vercel.com", "https://appleid.apple.com");
    /** They say nothing of who the caller is. */
    private static final Set<String> CLAIMS_OF_EVERY_TOKEN = Set.of("iss", "aud", "exp", "nbf", "iat", "jti");
    private static final Pattern ONLY_STARS = Pattern.compile("[*/:]+");
    private static final Pattern QUOTED = Pattern.compile("[\"'\\s]");

    private final String id;
    private final Map<String, String> values;

    IssuerRules(String id, Map<String, String> values) {
        require(ID.matcher(id).matches(), "the id of an issuer must be 1 to 64 letters, digits, - or _, and is not " + id);
        this.id = id;
        this.values = values;
    }

    /** @throws IllegalArgumentException if they are invalid */
    IssuerSettings settings() {
        values.forEach((name, value) -> {
            require(NAMES.contains(name) || name.startsWith(CLAIMS), problem("has an unknown setting: " + name));
            IntactText.flaw(value).ifPresent(flaw -> {
                throw new IllegalArgumentException(problem("has a setting " + name + " that " + flaw));
            });
        });
        Optional<String> jwksUrl = value(JWKS_URL);
        Optional<Path> jwksFile = path(JWKS_FILE);
        require(jwksUrl.isEmpty() || jwksFile.isEmpty(), problem("has both jwks-url and jwks-file: set one of them"));
        jwksUrl.ifPresent(url -> requireUrl(JWKS_URL, url));
        if (jwksFile.isPresent()) {
            for (String name : List.of(CA, PROXY_URL, TOKEN_FILE)) {
                require(value(name).isEmpty(),
                        problem("has " + name + ", which is not used with jwks-file: remove one of them"));
            }
        }
        String issuer = issuer(jwksUrl.isPresent() || jwksFile.isPresent());
        Map<String, String> claims = claims();
        require(!PUBLIC_ISSUERS.contains(issuer) || claims.entrySet().stream().anyMatch(IssuerRules::tellsCallersApart),
                problem("has no claims that tell callers apart, and everyone can get a token from it: set a pattern for a "
                        + "claim that says whose token it is"));
        Set<String> audiences = audiences(issuer);
        return new IssuerSettings(id, issuer, audiences, jwksUrl, jwksFile, algorithms(), claims, scopes(), nameClaim(),
                path(CA), value(PROXY_URL), path(TOKEN_FILE));
    }

    private static boolean tellsCallersApart(Map.Entry<String, String> claim) {
        return !CLAIMS_OF_EVERY_TOKEN.contains(claim.getKey()) && !ONLY_STARS.matcher(claim.getValue()).matches();
    }

    private Set<String> audiences(String issuer) {
        Set<String> audiences = list(AUDIENCE);
        require(!audiences.isEmpty(), problem("has no audience: set the value of aud in tokens for this service"));
        audiences.forEach(audience -> requireUnquoted(AUDIENCE, audience));
        // The default audience of a cluster's tokens, for example, with which every pod calls the cluster's API.
        require(!audiences.contains(issuer), problem("has its own identifier among its audience, so its callers' tokens "
                + "are not for this service only: let it issue tokens with an audience for this service"));
        return audiences;
    }

    private void requireUnquoted(String name, String value) {
        require(!QUOTED.matcher(value).find(),
                problem("has a setting " + name + " with a quotation mark or white space: remove it"));
    }

    private String issuer(boolean keysAreElsewhere) {
        String issuer = value(ISSUER).orElseThrow(
                () -> new IllegalArgumentException(problem("has no issuer: set the value of iss in its tokens")));
        requireUnquoted(ISSUER, issuer);
        if (!keysAreElsewhere) {
            requireUrl(ISSUER, issuer);
        }
        return issuer;
    }

    /** Without a query, which discovery does not allow (RFC 8414 §2). A URL of keys may have one. */
    private void requireUrl(String name, String text) {
        boolean ofIssuer = name.equals(ISSUER);
        String remedy = ofIssuer ? "; if its keys are not found there, set jwks-url or jwks-file" : "";
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            // Not used as a cause, since its message quotes the text.
            throw new IllegalArgumentException(problem("has a setting " + name + " that is not a URL" + remedy));
        }
        require(url.getRawUserInfo() == null && url.getRawFragment() == null,
                problem("has a setting " + name + " with a user or a fragment in its URL: remove it"));
        require(HttpsUrl.parse(text).isPresent(),
                problem("has a setting " + name + " that is not an https URL with a host and a valid port" + remedy));
        require(!ofIssuer || url.getRawQuery() == null,
                problem("has a setting issuer with a query, which discovery does not allow: set jwks-url or jwks-file"));
    }

    private Set<String> algorithms() {
        Set<String> algorithms = list(ALGORITHMS);
        algorithms.forEach(algorithm -> {
            require(!"none".equalsIgnoreCase(algorithm),
                    problem("has the algorithm none, with which everyone could write tokens"));
            require(!SYMMETRIC.matcher(algorithm).matches(), problem("has an algorithm of the HS family, for which this "
                    + "service would need a key that can write tokens: use " + IssuerSettings.ALGORITHMS));
            require(IssuerSettings.ALGORITHMS.contains(algorithm),
                    problem("has an unknown algorithm: use " + IssuerSettings.ALGORITHMS));
        });
        return algorithms.isEmpty() ? Set.copyOf(IssuerSettings.ALGORITHMS) : algorithms;
    }

    /** @return patterns by claim. An empty one is not ignored: a variable that was not filled in would let everyone in */
    private Map<String, String> claims() {
        Map<String, String> claims = new TreeMap<>();
        values.forEach((name, value) -> {
            if (name.startsWith(CLAIMS)) {
                String claim = name.substring(CLAIMS.length()).strip();
                try {
                    ClaimName.of(claim);
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(problem("has an invalid claim: " + e.getMessage()));
                }
                try {
                    ClaimPattern.of(value.strip());
                } catch (IllegalArgumentException e) {
                    throw new IllegalArgumentException(
                            problem("has a pattern for the claim " + claim + " that " + e.getMessage()));
                }
                claims.put(claim, value.strip());
            }
        });
        return claims;
    }

    private List<String> scopes() {
        List<String> scopes = List.copyOf(list(SCOPES));
        require(!scopes.isEmpty(),
                problem("has no scopes: set those that its callers may have, for example customer.{claim}"));
        for (String scope : scopes) {
            try {
                ScopeTemplate.of(scope);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(problem("has an invalid scope: " + e.getMessage()));
            }
        }
        return scopes;
    }

    private String nameClaim() {
        String claim = value(NAME_CLAIM).orElse(SUBJECT);
        try {
            ClaimName.of(claim);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(problem("has an invalid name-claim: " + e.getMessage()));
        }
        return claim;
    }

    private Optional<Path> path(String name) {
        try {
            return value(name).map(Path::of);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(problem("has a setting " + name + " that is not a path"));
        }
    }

    /** @return the values in their order, without repetitions */
    private Set<String> list(String name) {
        Set<String> list = new LinkedHashSet<>();
        value(name).ifPresent(text -> Arrays.stream(text.split(",", -1)).map(String::strip).forEach(value -> {
            require(!value.isEmpty(), problem("has an empty value among its " + name));
            list.add(value);
        }));
        return list;
    }

    private Optional<String> value(String name) {
        return Optional.ofNullable(values.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    private String problem(String text) {
        return "issuer " + id + " " + text;
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
