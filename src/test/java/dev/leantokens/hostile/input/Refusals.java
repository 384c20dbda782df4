package dev.leantokens.hostile.input;

import static dev.leantokens.hostile.input.Parser.require;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

import dev.leantokens.error.ErrorResponse;
import dev.leantokens.error.TokenException;

/** What every refusal promises, whatever was refused. */
public final class Refusals {

    /** RFC 6749 §5.2. */
    private static final Pattern DESCRIPTION = Pattern.compile("[\\x20\\x21\\x23-\\x5B\\x5D-\\x7E]{1,500}");

    /** A description that quoted its input would soon have more forms. */
    private static final int MAX_DESCRIPTIONS = 40;

    private static final Map<String, Set<String>> KNOWN = new ConcurrentHashMap<>();

    private Refusals() {
    }

    /** Checks an error of this service: that of Lean, which is passed on, is none. */
    public static void check(String parser, TokenException refusal) {
        ErrorResponse response = refusal.response();
        require(response.status() == refusal.error().status(), "the status is that of the error");
        require(refusal.error().code().equals(response.members().get(ErrorResponse.ERROR)), "the code is that of the error");
        require(response.status() < 500 || refusal.error().name().startsWith("LEAN_")
                || Set.of("UNUSABLE_ANSWER", "OTHER_SCOPE", "WRONG_ENDPOINT", "SERVICE_CREDENTIALS_REFUSED",
                        "SERVICE_NOT_AUTHORIZED").contains(refusal.error().name()),
                "input is no fault of this service");
        check(parser, (String) response.members().get(ErrorResponse.ERROR_DESCRIPTION));
        require(refusal.getCause() == null, "a cause could quote the input");
    }

    /** Checks the text of a refusal. */
    public static void check(String parser, String description) {
        require(DESCRIPTION.matcher(description).matches(), "a description fits RFC 6749: " + description);
        Set<String> known = KNOWN.computeIfAbsent(parser, any -> ConcurrentHashMap.newKeySet());
        known.add(description);
        require(known.size() <= MAX_DESCRIPTIONS, "descriptions do not quote their input: " + description);
    }
}
