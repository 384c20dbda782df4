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
 * A response of Lean's token endpoint. It may come from a gateway in front of Lean, so only its status can be relied on.
 * Immutable.
 *
 * @param status the HTTP status
 * @param retryAfter the {@code Retry-After} header; null without one
 * @param date the {@code Date} header; null without one
 * @param body the body; empty without one
 */
record LeanAnswer(int status, String retryAfter, String date, byte[] body) {

    /** The connection was unsuitable and the request not processed (RFC 9110 §15.5.9 and §15.5.20, RFC 8470 §5.2). */
    private static final Set<Integer> ABOUT_CONNECTION = Set.of(408, 421, 425);

    /** The proxy requires credentials (RFC 9110 §15.5.8); the request has not reached Lean. */
    private static final int PROXY_AUTHENTICATION_REQUIRED = 407;

    /** No token endpoint responds to a form with these, whatever the body says. */
    private static final Set<Integer> NOT_A_TOKEN_ENDPOINT = Set.of(404, 405, 415);

    /** A gateway reports that Lean is unavailable, perhaps for a short time. */
    private static final Set<Integer> UNAVAILABLE = Set.of(502, 503, 504);

    /** Longer waits are shortened: callers may check again by then. */
    private static final Duration MAX_WAIT = Duration.ofHours(1);

    private static final Pattern SECONDS = Pattern.compile("\\d+");
    private static final int MAX_DIGITS = 9;

    /** error = 1*( %x20-21 / %x23-5B / %x5D-7E ), RFC 6749 §5.2; limited in length. */
    private static final Pattern ERROR_CODE = Pattern.compile("[\\x20\\x21\\x23-\\x5B\\x5D-\\x7E]{1,100}");

    private static final ObjectReader JSON_OBJECT = UncachedNames.mapper()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build()
            .readerFor(new TypeReference<Map<String, Object>>() {
            });

    /** @return whether the request can be sent again on a new connection */
    boolean isAboutConnection() {
        return ABOUT_CONNECTION.contains(status);
    }

    /**
     * Reads the token.
     *
     * @param request the request that Lean answered
     * @param proof the proof that was sent with it
     * @param config names the setting to correct in an error's description
     * @param now the current time, from which a {@code Retry-After} date is calculated if the response has no date
     * @throws TokenException if the response is not a token
     */
    AccessToken token(UpstreamTokenRequest request, ClientProof proof, LeanConfig config, Instant now) {
        if (status == 200) {
            return AccessToken.of(
                    jsonObject().orElseThrow(() -> unusable("status 200 and a body that is not a JSON object")),
                    request.scope());
        }
        if (status == 429) {
            throw withWait(TokenError.THROTTLED.because(ThrottledCredentials.REASON), now);
        }
        if (status >= 500) {
            TokenError error = UNAVAILABLE.contains(status) ? TokenError.LEAN_UNAVAILABLE : TokenError.LEAN_FAILED;
            throw withWait(error.because("Lean answered " + status), now);
        }
        if (ABOUT_CONNECTION.contains(status)) {
            // On a new connection already, see LeanTokenEndpoint.
            throw withWait(TokenError.LEAN_FAILED.because("Lean did not process the request: it answered " + status), now);
        }
        if (status == PROXY_AUTHENTICATION_REQUIRED) {
            throw TokenError.LEAN_UNAVAILABLE.because("the proxy did not connect to Lean: it answered 407");
        }
        if (NOT_A_TOKEN_ENDPOINT.contains(status)) {
            throw TokenError.WRONG_ENDPOINT
                    .because("Lean answered " + status + ": there is no token endpoint at the configured URL. "
                            + "The operator of this service must check LEAN_URL and any gateway "
                            + "between this service and Lean");
        }
        if (status < 400 || status == 403) {
            throw unusable("status " + status);
        }
        throw refusal(request, proof, config);
    }

    /** Translates a 4xx about the request. */
    private TokenException refusal(UpstreamTokenRequest request, ClientProof proof, LeanConfig config) {
        Optional<ErrorResponse> error = jsonObject().filter(LeanAnswer::isErrorResponse)
                .map(members -> new ErrorResponse(status, members, Optional.empty()));
        boolean service = request.owner() == CredentialsOwner.SERVICE;
        boolean authorization = error.filter(ErrorResponse::isAboutAuthorization).isPresent();
        if (service && authorization && status != 401) {
            return TokenError.SERVICE_NOT_AUTHORIZED.because("Lean accepts the credentials of this service, but does not "
                    + "allow it to request this scope. The operator of this service must ask Lean to allow it");
        }
        if (service && (status == 401 || error.filter(ErrorResponse::isAboutClient).isPresent())) {
            // Some servers answer unauthorized_client to a wrong secret, too; the status is the same in both cases.
            return TokenError.SERVICE_CREDENTIALS_REFUSED.because(LeanVerdict.reasonOfRefusal(config)
                    + (authorization ? ". If they are right, Lean does not allow them to request this scope" : ""));
        }
        if (error.isPresent() && !(service && proof.isRepeatedIn(error.get().members()))) {
            // An error may quote the request: a caller may see its own credentials again, but not the service's.
            return TokenException.refusedByLean(error.get());
        }
        return status == 401
                ? TokenError.CALLER_REFUSED.because("Lean refused the client credentials; they must belong to the environment "
                        + "of Lean that this service uses")
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
            // readValue returns null for an empty body and for the literal null.
            return Optional.ofNullable(JSON_OBJECT.readValue(body));
        } catch (IOException e) {
            // Neither logged nor rethrown: its message quotes the input, which may be a token.
            return Optional.empty();
        }
    }

    /** Adds Lean's own wait, if it named one. Otherwise the wait is chosen after the last attempt. */
    private TokenException withWait(TokenException exception, Instant now) {
        return wait(now).map(exception::retryAfter).orElse(exception);
    }

    /** Reads Retry-After, in seconds or as a date (RFC 9110 §10.2.3). A malformed value counts as missing. */
    private Optional<Duration> wait(Instant now) {
        if (retryAfter == null) {
            return Optional.empty();
        }
        String text = retryAfter.strip();
        Optional<Duration> wait = SECONDS.matcher(text).matches() ? Optional.of(seconds(text)) : waitUntil(text, now);
        return wait.map(any -> any.isNegative() ? Duration.ZERO : any.compareTo(MAX_WAIT) > 0 ? MAX_WAIT : any);
    }

    /** Leading zeros do not make a number larger. */
    private static Duration seconds(String digits) {
        int start = 0;
        while (start < digits.length() - 1 && digits.charAt(start) == '0') {
            start++;
        }
        return digits.length() - start > MAX_DIGITS
                ? MAX_WAIT
                : Duration.ofSeconds(Long.parseLong(digits, start, digits.length(), 10));
    }

    /** Calculates from the time by Lean's clock, if the response has it: Lean calculates its dates by that. */
    private Optional<Duration> waitUntil(String end, Instant now) {
        Instant sent = HttpDate.parse(date, now).orElse(now);
        return HttpDate.parse(end, sent).map(at -> Duration.between(sent, at));
    }

    /** Leaves out the body, which may be a token. */
    @Override
    public String toString() {
        return "LeanAnswer[status=" + status + "]";
    }
}
