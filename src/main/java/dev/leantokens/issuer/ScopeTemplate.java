package dev.leantokens.issuer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.leantokens.token.ScopePattern;

/**
 * A scope pattern in which {@code {claim}} stands for the id in the caller's own claim. For example,
 * {@code customer.{lean_customer}} entitles a caller to the one customer that its claim {@code lean_customer} names.
 * Immutable.
 */
final class ScopeTemplate {

    private static final Pattern CLAIM = Pattern.compile("\\{([^{}]*)}");
    /** What a star matches in a {@link ScopePattern}. */
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,128}");
    /** Two ids, or an id and a star, with nothing between them that no id contains. */
    private static final Pattern ADJACENT = Pattern.compile("\\{}[A-Za-z0-9_-]*(\\{}|\\*)|\\*[A-Za-z0-9_-]*\\{}");

    private final String text;
    private final List<ClaimName> claims;
    private final ScopePattern widest;

    private ScopeTemplate(String text, List<ClaimName> claims, ScopePattern widest) {
        this.text = text;
        this.claims = List.copyOf(claims);
        this.widest = widest;
    }

    /** @throws IllegalArgumentException if the text is invalid; the message is for an operator */
    static ScopeTemplate of(String configured) {
        List<ClaimName> claims = new ArrayList<>();
        Matcher claim = CLAIM.matcher(configured);
        while (claim.find()) {
            claims.add(ClaimName.of(claim.group(1)));
        }
        String text = claim.replaceAll("{}");
        String literals = text.replace("{}", "");
        if (literals.indexOf('{') >= 0 || literals.indexOf('}') >= 0) {
            throw new IllegalArgumentException("a scope has a brace without its counterpart");
        }
        if (ADJACENT.matcher(text).find()) {
            // Of claims 1 and 23 the customer would be 123, as of claims 12 and 3.
            throw new IllegalArgumentException(
                    "a scope has two ids in a row: separate them by a character that no id contains, such as a dot");
        }
        return new ScopeTemplate(text, claims, new ScopePattern(text.replace("{}", "*")));
    }

    /** @return the scopes that callers can be entitled to, whatever their claims are */
    ScopePattern widest() {
        return widest;
    }

    /** @return what the claims entitle to; empty if one of them is missing or no id */
    Optional<ScopePattern> entitlement(Map<String, Object> callersClaims) {
        if (claims.isEmpty()) {
            return Optional.of(widest);
        }
        String scope = text;
        for (ClaimName name : claims) {
            if (!(name.valueIn(callersClaims) instanceof String id && ID.matcher(id).matches())) {
                return Optional.empty();
            }
            int place = scope.indexOf("{}");
            scope = scope.substring(0, place) + id + scope.substring(place + 2);
        }
        return Optional.of(new ScopePattern(scope));
    }
}
