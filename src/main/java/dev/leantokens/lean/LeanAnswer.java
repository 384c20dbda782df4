package dev.leantokens.lean;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;

import dev.leantokens.error.ErrorResponse;
import dev.leantokens.error.TokenError;
import dev.leantokens.error.TokenException;
import dev.leantokens.json.UncachedNames;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.UpstreamTokenRequest;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;

/**
 * What an answer of Lean's token endpoint means. A gateway in front of Lean can answer with anything, so nothing is
 * taken for granted but the status. Immutable.
 *
 * @param status the HTTP status
 * @param retryAfter the {@code Retry-After} header; null if there was none
 * @param body the body; empty if there was none
 */
record LeanAnswer(int status, String retryAfter, byte[] body) {

    /**
     * Statuses by which a server says that the connection did not suit it, and that it has not processed the request
     * (RFC 9110 §15.5.9 and §15.5.20, RFC 8470 §5.2).
     */
    private static final Set<Integer> ABOUT_CONNECTION = Set.of(408, 421, 425);

    /** The proxy wants credentials (RFC 9110 §15.5.8), so that Lean has not been asked. */
    private static final int BY_THE_PROXY = 407;

    /** Statuses that no token endpoint has for a POST of a form, whatever the body says. */
    private static final Set<Integer> BY_NO_TOKEN_ENDPOINT = Set.of(404, 405, 415);

    /** Statuses by which a gateway says that it is not Lean's own failure, and that it may be over soon. */
    private static final Set<Integer> AWAY = Set.of(502, 503, 504);

    /** A longer wait than this is not passed on: by then the world is another. */
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    private static final Pattern SECONDS = Pattern.compile("\\d+");
    private static final int MOST_DIGITS = 9;

    /** error = 1*( %x20-21 / %x23-5B / %x5D-7E ), RFC 6749 §5.2; and no sentence. */
    private static final Pattern ERROR_CODE = Pattern.compile("[\\x20\\x21\\x23-\\x5B\\x5D-\\x7E]{1,100}");

    private static final ObjectReader JSON_OBJECT = UncachedNames.mapper()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .readerFor(new TypeReference<Map<String, Object>>() {
            });

    /** @return whether the request can be sent again on another connection */
    boolean isAboutConnection() {
        return ABOUT_CONNECTION.contains(status);
    }

    /**
     * @param request what Lean was asked
     * @param proof what it was shown of who asks
     * @param config where Lean is, for those who have to correct it
     * @param now the time, against which a {@code Retry-After} that is a date is reckoned
     * @throws TokenException if the answer is no token
     */
    AccessToken token(UpstreamTokenRequest request, ClientProof proof, LeanConfig config, Instant now) {
        if (status == 200) {
            return AccessToken.of(
                    jsonObject().orElseThrow(() -> unusable("status 200 and a body that is not a JSON object")),
                    request.scope());
        }
        if (status == 429) {
            throw withWait(TokenError.THROTTLED.because("Lean throttles its token requests"), now);
        }
        if (status >= 500) {
            TokenError error = AWAY.contains(status) ? TokenError.LEAN_UNAVAILABLE : TokenError.LEAN_FAILED;
            throw withWait(error.because("Lean answered " + status), now);
        }
        if (ABOUT_CONNECTION.contains(status)) {
            // On a new connection already, see LeanTokenEndpoint.
            throw withWait(TokenError.LEAN_FAILED.because("Lean did not process the request, it answered " + status), now);
        }
        if (status == BY_THE_PROXY) {
            throw TokenError.LEAN_UNAVAILABLE.because("the proxy on the way to Lean does not lead there, it answered 407");
        }
        if (BY_NO_TOKEN_ENDPOINT.contains(status)) {
            throw TokenError.WRONG_ENDPOINT
                    .because("Lean answered " + status + ": there is no token endpoint where this service "
                            + "asks. Its operator has to check LEAN_URL, and what is on the way to Lean");
        }
        if (status < 400 || status == 403) {
            throw unusable("status " + status);
        }
        throw refusal(request, proof, config);
    }

    /** A 4xx that is about the request. */
    private TokenException refusal(UpstreamTokenRequest request, ClientProof proof, LeanConfig config) {
        Optional<ErrorResponse> error = jsonObject().filter(LeanAnswer::isErrorResponse)
                .map(members -> new ErrorResponse(status, members, Optional.empty()));
        boolean service = request.owner() == CredentialsOwner.SERVICE;
        if (service && error.filter(ErrorResponse::isAboutAuthorization).isPresent()) {
            return TokenError.SERVICE_NOT_AUTHORIZED.because("Lean accepts the credentials of this service, but does not "
                    + "allow it to request this scope. Its operator has to have that allowed at Lean");
        }
        if (service && (status == 401 || error.filter(ErrorResponse::isAboutClient).isPresent())) {
            return TokenError.SERVICE_CREDENTIALS_REFUSED.because(RefusedCredentials.reason(config));
        }
        if (error.isPresent() && !(service && proof.isRepeatedIn(error.get().members()))) {
            // An error may quote the request. What the caller sent it may see again, what the service added to it may not.
            return TokenException.refusedByLean(error.get());
        }
        return status == 401
                ? TokenError.CALLER_REFUSED
                        .because("Lean refused the client credentials, they must belong to the environment of "
                                + "Lean that this service asks")
                : unusable("status " + status + " and no error response");
    }

    private static boolean isErrorResponse(Map<String, Object> members) {
        return members.get(ErrorResponse.ERROR) instanceof String code && ERROR_CODE.matcher(code).matches()
                && isTextOrMissing(members.get(ErrorResponse.ERROR_DESCRIPTION))
                && isTextOrMissing(members.get(ErrorResponse.ERROR_URI));
    }

    private static boolean isTextOrMissing(Object member) {
        return member == null || member instanceof String;
    }

    private static TokenException unusable(String how) {
        return TokenError.UNUSABLE_ANSWER.because("unusable response from Lean: " + how);
    }

    private Optional<Map<String, Object>> jsonObject() {
        try {
            // Null for an empty body and for the literal null.
            return Optional.ofNullable(JSON_OBJECT.readValue(body));
        } catch (IOException e) {
            // Not JSON, or no object. Without the exception: its message quotes the input, which may hold a token.
            return Optional.empty();
        }
    }

    /** Only Lean's own wait: what is told the caller where Lean does not say is decided when all attempts are over. */
    private TokenException withWait(TokenException exception, Instant now) {
        return wait(now).map(exception::retryAfter).orElse(exception);
    }

    /** Retry-After is a number of seconds or a date (RFC 9110 §10.2.3); a malformed one counts as missing. */
    private Optional<Duration> wait(Instant now) {
        String text = retryAfter == null ? "" : retryAfter.strip();
        Optional<Duration> wait = SECONDS.matcher(text).matches()
                ? Optional.of(text.length() > MOST_DIGITS ? LONGEST_WAIT : Duration.ofSeconds(Long.parseLong(text)))
                : HttpDate.parse(text, now).map(date -> Duration.between(now, date));
        return wait.map(any -> any.isNegative() ? Duration.ZERO : any.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : any);
    }

    /** The body can be a token. */
    @Override
    public String toString() {
        return "LeanAnswer[status=" + status + "]";
    }
}
