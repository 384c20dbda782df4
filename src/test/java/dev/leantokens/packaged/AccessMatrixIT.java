package dev.leantokens.packaged;

import static dev.leantokens.testing.AuditRecords.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import com.fasterxml.jackson.databind.JsonNode;

import dev.leantokens.testing.AuditRecords;
import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.Certificates.Authority;
import dev.leantokens.testing.Certificates.Identity;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.Peers;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.TestIssuer;
import dev.leantokens.testing.TokenResponses;

/**
 * Compares the access rules with the service for every combination of settings, source address or certificate, credentials,
 * their place, adapter and proxy headers. The token shows whose credentials it was issued for; the stub of Lean counts the
 * calls. The audit has one line for each attempt, in their order.
 */
class AccessMatrixIT {

    private static final String PAYMENTS_SECRET = "secret-of-payments-0123456789";
    private static final String PAYMENTS_NEXT_SECRET = "next-secret-of-payments-0123456789";
    private static final String AGENTS_SECRET = "secret-of-agents-0123456789";

    /** A scope that payments may request and agents may not. */
    private static final String SCOPE = "customer.1";

    private static final TestIssuer ISSUER = new TestIssuer("https://idp.example.com");
    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    /** Headers that claim that the caller is on this machine, and a foreign host. */
    private static final List<String> CLAIMS = List.of("", "X-Forwarded-For: 127.0.0.1",
            "Forwarded: for=127.0.0.1;host=localhost",
            "Via: 1.1 localhost", "Host: evil.example");

    /** Headers by which proxies describe the certificates of their clients. */
    private static final List<String> CERTIFICATE_CLAIMS = List.of("",
            "X-Forwarded-Client-Cert: URI=spiffe://example.org/ns/payments/sa/api");

    private static final Pattern TOKEN = Pattern.compile("access_token[\\\\]*\":[\\\\]*\"([^\"\\\\]+)");

    private static final Authority AUTHORITY = new Authority("authority");

    @TempDir
    Path folder;

    private final LeanStub lean = new LeanStub();

    /** The credentials that the caller presents. */
    private enum Sent {
        NOTHING("", ""),
        LOCAL("payments", PAYMENTS_SECRET),
        LOCAL_WITH_ITS_SECOND_SECRET("payments", PAYMENTS_NEXT_SECRET),
        LOCAL_WITHOUT_THE_SCOPE("agents", AGENTS_SECRET),
        LOCAL_WITH_A_WRONG_SECRET("payments", "wrong-secret-0123456789"),
        LOCAL_WITH_ANOTHERS_SECRET("payments", AGENTS_SECRET),
        UNKNOWN("unknown", "secret-of-unknown-0123456789"),
        MISTYPED("payment", PAYMENTS_SECRET),
        LEANS(LeanStub.CALLERS_ID, LeanStub.CALLERS_SECRET),
        TOKEN("shop", ISSUER.token("shop", Map.of("lean_customer", "1"))),
        TOKEN_WITHOUT_THE_SCOPE("shop", ISSUER.token("shop", Map.of("lean_customer", "2"))),
        TOKEN_WITHOUT_THE_CLAIM("shop", ISSUER.token("shop", Map.of())),
        TOKEN_OF_ANOTHER_ISSUER("shop",
                new TestIssuer("https://other.example.com").token("shop", Map.of("lean_customer", "1"))),
        TOKEN_WITH_ANOTHERS_KEY("shop", new TestIssuer(ISSUER.name()).token("shop", Map.of("lean_customer", "1")));

        private final String id;
        private final String secret;

        Sent(String id, String secret) {
            this.id = id;
            this.secret = secret;
        }

        /** @return whether id and secret are those of a local client */
        private boolean isLocalClient() {
            return EnumSet.of(LOCAL, LOCAL_WITH_ITS_SECOND_SECRET, LOCAL_WITHOUT_THE_SCOPE).contains(this);
        }

        /** @return the outcome for a signed token where one belongs; everything else is refused there */
        private Outcome asToken() {
            return switch (this) {
                case TOKEN -> Outcome.SERVICE_TOKEN;
                case TOKEN_WITHOUT_THE_SCOPE, TOKEN_WITHOUT_THE_CLAIM -> Outcome.SCOPE_REFUSED;
                default -> Outcome.UNAUTHORIZED;
            };
        }
    }

    /** The certificate of the connection. */
    private enum Certificate {
        /** Without TLS. */
        NONE(""),
        OF_NOBODY("spiffe://example.org/ns/payments-evil/sa/api"),
        OF_PAYMENTS("spiffe://example.org/ns/payments/sa/api"),
        /** The scope is not one of theirs. */
        OF_AGENTS("spiffe://example.org/ns/agents/sa/api");

        private final Optional<SSLContext> tls;

        Certificate(String uri) {
            tls = uri.isEmpty() ? Optional.empty()
                    : Optional.of(Certificates.context(AUTHORITY.issue("caller",
                            List.of(new GeneralName(GeneralName.uniformResourceIdentifier, uri))), AUTHORITY));
        }

        /** @return the id of the client that it belongs to */
        private Optional<String> client() {
            return switch (this) {
                case OF_PAYMENTS -> Optional.of("payments");
                case OF_AGENTS -> Optional.of("agents");
                default -> Optional.empty();
            };
        }

        private Outcome asCredential() {
            return this == OF_PAYMENTS ? Outcome.SERVICE_TOKEN : Outcome.SCOPE_REFUSED;
        }
    }

    /** Which token is refused does not depend on the headers of proxies, so one accepted token is enough beside them. */
    private static final EnumSet<Sent> REFUSED_TOKENS = EnumSet.range(Sent.TOKEN_WITHOUT_THE_SCOPE,
            Sent.TOKEN_WITH_ANOTHERS_KEY);

    private enum Place {
        BASIC,
        BEARER,
        BODY,
        BASIC_AND_BODY,
        BEARER_AND_BODY,
        /** The members of a client assertion in the body. */
        ASSERTION,
        BEARER_AND_ASSERTION;

        private boolean hasHeader() {
            return this != BODY && this != ASSERTION;
        }

        private boolean hasBody() {
            return this != BASIC && this != BEARER;
        }

        private boolean isAssertion() {
            return this == ASSERTION || this == BEARER_AND_ASSERTION;
        }
    }

    private enum Adapter {
        REST,
        MCP,
        MCP_WITHOUT_A_HANDSHAKE
    }

    private enum Outcome {
        /** A token issued for the service's credentials. */
        SERVICE_TOKEN,
        /** A token issued for the credentials that the caller sent. */
        CALLER_TOKEN,
        /** 401 over HTTP. */
        UNAUTHORIZED,
        /** The same error as a tool result. */
        UNAUTHORIZED_RESULT,
        SCOPE_REFUSED,
        TWO_PLACES,
        FOREIGN_HOST
    }

    private record Setting(String anonymous, String own) {
    }

    private record Attempt(Setting setting, String from, String claim, Certificate certificate, Adapter adapter, Sent sent,
            Place place) {

        private boolean isOnThisMachine() {
            return from.equals(RawHttp.LOOPBACK) && claim.isEmpty();
        }

        private boolean mayBeAnonymous() {
            return setting.anonymous().equals("always") || setting.anonymous().equals("loopback") && isOnThisMachine();
        }

        private boolean callerCredentialsAllowed() {
            return setting.own().equals("allowed");
        }

        private boolean inHeader() {
            return place.hasHeader() && sent != Sent.NOTHING;
        }

        private boolean inBody() {
            return place.hasBody() && sent != Sent.NOTHING;
        }

        /** @return the outcome by the rules of the documentation */
        private Outcome expected() {
            if (claim.startsWith("Host")) {
                return Outcome.FOREIGN_HOST;
            }
            if (inHeader() && (ofHeader() == Outcome.UNAUTHORIZED || isOfAnother(clientOfHeader()))) {
                return Outcome.UNAUTHORIZED;
            }
            if (adapter == Adapter.REST && inBody()
                    && isOfAnother(place.isAssertion() ? Optional.empty() : Optional.of(sent.id))
                    && !(inHeader() && place.isAssertion())) {
                return Outcome.UNAUTHORIZED;
            }
            return adapter == Adapter.REST ? ofRest() : ofMcp();
        }

        /** @return whether this is not the client of the certificate; false if the certificate has none */
        private boolean isOfAnother(Optional<String> client) {
            return certificate.client().isPresent() && !certificate.client().equals(client);
        }

        /** @return the id of the local client that the header authenticates, if it does */
        private Optional<String> clientOfHeader() {
            if (place == Place.BASIC || place == Place.BASIC_AND_BODY) {
                return Optional.of(sent.id);
            }
            return switch (sent) {
                case LOCAL, LOCAL_WITH_ITS_SECOND_SECRET, MISTYPED -> Optional.of("payments");
                case LOCAL_WITHOUT_THE_SCOPE, LOCAL_WITH_ANOTHERS_SECRET -> Optional.of("agents");
                default -> Optional.empty();
            };
        }

        private Outcome ofRest() {
            if (inHeader()) {
                return inBody() ? Outcome.TWO_PLACES : ofHeader();
            }
            if (inBody()) {
                return place.isAssertion() ? sent.asToken() : authenticated();
            }
            return withoutOthers(Outcome.UNAUTHORIZED);
        }

        private Outcome ofMcp() {
            if (!inHeader() && certificate.client().isEmpty() && !mayBeAnonymous() && !callerCredentialsAllowed()) {
                return Outcome.UNAUTHORIZED;
            }
            if (inBody()) {
                return sent == Sent.LEANS && !place.isAssertion() && callerCredentialsAllowed() ? Outcome.CALLER_TOKEN
                        : Outcome.UNAUTHORIZED_RESULT;
            }
            return inHeader() ? ofHeader() : withoutOthers(Outcome.UNAUTHORIZED_RESULT);
        }

        private Outcome ofHeader() {
            if (place == Place.BASIC || place == Place.BASIC_AND_BODY) {
                return authenticated();
            }
            // The secret alone identifies the client.
            return switch (sent) {
                case LOCAL, LOCAL_WITH_ITS_SECOND_SECRET, MISTYPED -> Outcome.SERVICE_TOKEN;
                case LOCAL_WITHOUT_THE_SCOPE, LOCAL_WITH_ANOTHERS_SECRET -> Outcome.SCOPE_REFUSED;
                default -> sent.asToken();
            };
        }

        private Outcome authenticated() {
            if (sent == Sent.LEANS) {
                return callerCredentialsAllowed() ? Outcome.CALLER_TOKEN : Outcome.UNAUTHORIZED;
            }
            if (!sent.isLocalClient()) {
                return Outcome.UNAUTHORIZED;
            }
            return sent == Sent.LOCAL_WITHOUT_THE_SCOPE ? Outcome.SCOPE_REFUSED : Outcome.SERVICE_TOKEN;
        }

        /** @param refusal of a caller without credentials */
        private Outcome withoutOthers(Outcome refusal) {
            if (certificate.client().isPresent()) {
                return certificate.asCredential();
            }
            return mayBeAnonymous() ? Outcome.SERVICE_TOKEN : refusal;
        }

        /** @return how the audit calls the caller that gets a token */
        private String callerKind() {
            boolean presented = inHeader() || adapter == Adapter.REST && inBody();
            if (certificate.client().isPresent()) {
                return "local_client";
            }
            if (sent == Sent.LEANS && (inHeader() || inBody())) {
                return "lean_client";
            }
            return !presented ? "anonymous" : sent == Sent.TOKEN ? "issuer" : "local_client";
        }

        private String[] headers() {
            List<String> headers = new ArrayList<>();
            if (!claim.isEmpty()) {
                headers.add(claim);
            }
            if (inHeader()) {
                headers.add(place == Place.BASIC || place == Place.BASIC_AND_BODY
                        ? "Authorization: Basic " + Base64.getEncoder()
                                .encodeToString((sent.id + ":" + sent.secret).getBytes(StandardCharsets.UTF_8))
                        : "Authorization: Bearer " + sent.secret);
            }
            return headers.toArray(String[]::new);
        }

        private String members() {
            if (!inBody()) {
                return "";
            }
            return (place.isAssertion() ? ",\"client_assertion_type\":\"" + ASSERTION_TYPE + "\",\"client_assertion\":\"%2$s\""
                    : ",\"client_id\":\"%s\",\"client_secret\":\"%s\"").formatted(sent.id, sent.secret);
        }
    }

    @BeforeEach
    void start() {
        lean.start();
        lean.givesTokensOfTheirOwn(3600);
    }

    @AfterEach
    void stop() {
        lean.stop();
    }

    static Stream<Arguments> settings() {
        return Stream.of("loopback", "always", "never").flatMap(anonymous -> Stream.of("allowed", "refused")
                .map(own -> Arguments.of(anonymous, own)));
    }

    /** Both MCP revisions authenticate in the same filter, so one of the proxy headers is enough for them. */
    private static Set<Adapter> adapters(String claim) {
        return claim.isEmpty() || claim.startsWith("Host") ? EnumSet.allOf(Adapter.class)
                : EnumSet.of(Adapter.REST, Adapter.MCP);
    }

    private static List<Attempt> attempts(Setting setting) {
        List<Attempt> attempts = new ArrayList<>();
        for (String from : List.of(RawHttp.LOOPBACK, RawHttp.ELSEWHERE)) {
            for (String claim : CLAIMS) {
                for (Adapter adapter : adapters(claim)) {
                    attempts.addAll(attempts(setting, from, claim, Certificate.NONE, adapter));
                }
            }
        }
        return attempts;
    }

    /** Both MCP revisions authenticate in the same filter, so one of them is enough. */
    private static List<Attempt> attemptsWithCertificates(Setting setting) {
        List<Attempt> attempts = new ArrayList<>();
        for (Adapter adapter : EnumSet.of(Adapter.REST, Adapter.MCP_WITHOUT_A_HANDSHAKE)) {
            for (Certificate certificate : EnumSet.of(Certificate.OF_PAYMENTS, Certificate.OF_AGENTS)) {
                attempts.addAll(attempts(setting, RawHttp.LOOPBACK, "", certificate, adapter));
            }
            // Without a client, the certificate makes no difference, whatever a header says of it.
            for (String claim : CERTIFICATE_CLAIMS) {
                attempts.addAll(attempts(setting, RawHttp.LOOPBACK, claim, Certificate.OF_NOBODY, adapter).stream()
                        .filter(attempt -> attempt.sent() == Sent.NOTHING || attempt.sent() == Sent.LOCAL).toList());
            }
        }
        return attempts;
    }

    private static List<Attempt> attempts(Setting setting, String from, String claim, Certificate certificate,
            Adapter adapter) {
        List<Attempt> attempts = new ArrayList<>();
        for (Sent sent : claim.isEmpty() ? EnumSet.allOf(Sent.class) : EnumSet.complementOf(REFUSED_TOKENS)) {
            for (Place place : sent == Sent.NOTHING ? Set.of(Place.BODY) : EnumSet.allOf(Place.class)) {
                attempts.add(new Attempt(setting, from, claim, certificate, adapter, sent, place));
            }
        }
        return attempts;
    }

    @ParameterizedTest
    @MethodSource("settings")
    void outcomeFollowsTheAccessRules(String anonymous, String own) throws IOException {
        assertThat(outcomes(attempts(new Setting(anonymous, own)), environment(anonymous, own))).contains(Outcome.FOREIGN_HOST);
    }

    /** With fewer settings, as each attempt needs a TLS handshake. */
    @ParameterizedTest
    @CsvSource({ "loopback, allowed", "always, refused", "never, refused" })
    void outcomeWithACertificateFollowsTheAccessRules(String anonymous, String own) throws IOException {
        Map<String, String> environment = environment(anonymous, own);
        Identity server = AUTHORITY.issue("server", "localhost");
        environment.putAll(Map.of(
                "TLS_CERTIFICATE", Files.writeString(folder.resolve("certificate"), server.certificatePem()).toString(),
                "TLS_KEY", Files.writeString(folder.resolve("key"), server.keyPem()).toString(),
                "TLS_CLIENT_CA", Files.writeString(folder.resolve("ca"), AUTHORITY.pem()).toString(),
                "ACCESS_CLIENTS_PAYMENTS_CERTIFICATE", "spiffe://example.org/ns/payments/sa/*",
                "ACCESS_CLIENTS_AGENTS_CERTIFICATE", "spiffe://example.org/ns/agents/**"));

        outcomes(attemptsWithCertificates(new Setting(anonymous, own)), environment);
    }

    private Map<String, String> environment(String anonymous, String own) throws IOException {
        Map<String, String> environment = new HashMap<>(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET",
                LeanStub.CLIENT_SECRET, "LEAN_URL", lean.url(), "CACHE_ENABLED", "false", "LEAN_REQUESTS_PER_MINUTE", "100000",
                "ACCESS_ANONYMOUS", anonymous, "ACCESS_CALLER_CREDENTIALS", own));
        environment.putAll(Map.of("ACCESS_CLIENTS_PAYMENTS_SECRET", PAYMENTS_SECRET + "," + PAYMENTS_NEXT_SECRET,
                "ACCESS_CLIENTS_PAYMENTS_SCOPES", "api,customer.*", "ACCESS_CLIENTS_AGENTS_SECRET", AGENTS_SECRET,
                "ACCESS_CLIENTS_AGENTS_SCOPES", "api"));
        environment.putAll(Map.of("ACCESS_ISSUERS_IDP_ISSUER", ISSUER.name(), "ACCESS_ISSUERS_IDP_AUDIENCE",
                TestIssuer.AUDIENCE, "ACCESS_ISSUERS_IDP_SCOPES", "customer.{lean_customer}", "ACCESS_ISSUERS_IDP_JWKS_FILE",
                Files.writeString(folder.resolve("keys.json"), ISSUER.jwks()).toString()));
        return environment;
    }

    /** @return the outcomes that were seen, all of them as expected */
    private Set<Outcome> outcomes(List<Attempt> attempts, Map<String, String> environment) {
        List<String> wrong = new ArrayList<>();
        Set<Outcome> seen = EnumSet.noneOf(Outcome.class);
        int tokens = 0;
        Path audit = folder.resolve("audit.jsonl");
        environment.put("AUDIT_LOG", audit.toString());
        List<String> audited = new ArrayList<>();
        try (PackagedApplication application = PackagedApplication.start(environment)) {
            for (Attempt attempt : attempts) {
                RawHttp.Response response = responseTo(attempt,
                        new Peers(application.port(), application.mcpPort(), attempt.certificate().tls));
                Outcome outcome = outcomeOf(attempt, response);
                audited.add(lineOf(attempt, outcome, response));
                seen.add(outcome);
                tokens += outcome == Outcome.SERVICE_TOKEN || outcome == Outcome.CALLER_TOKEN ? 1 : 0;
                if (outcome != attempt.expected()) {
                    wrong.add(attempt + ": " + outcome + " and not " + attempt.expected());
                }
            }
            application.terminate();
            application.exitCode();
        }

        assertThat(wrong).isEmpty();
        assertThat(AuditRecords.of(audit)).extracting(AccessMatrixIT::lineOf).containsExactlyElementsOf(audited);
        // Refused requests cause no call to Lean.
        assertThat(lean.requests()).hasSize(tokens)
                .allMatch(request -> Set.of(LeanStub.CLIENT_ID, LeanStub.CALLERS_ID)
                        .contains(request.formParameter("client_id").firstValue()))
                .noneMatch(request -> request.getBodyAsString().contains("0123456789")
                        || request.getBodyAsString().contains("assertion"));
        assertThat(seen).contains(Outcome.SERVICE_TOKEN, Outcome.UNAUTHORIZED, Outcome.SCOPE_REFUSED, Outcome.TWO_PLACES);
        return seen;
    }

    /** @return what the audit must say of an attempt */
    private static String lineOf(Attempt attempt, Outcome outcome, RawHttp.Response response) {
        String adapter = attempt.adapter() == Adapter.REST ? "rest" : "mcp";
        String refused = attempt.from() + " refused ";
        return adapter + " " + switch (outcome) {
            case SERVICE_TOKEN, CALLER_TOKEN -> attempt.from() + " issued 200 " + attempt.callerKind() + " " + hashIn(response);
            case UNAUTHORIZED, UNAUTHORIZED_RESULT -> refused + "401 caller_refused";
            case SCOPE_REFUSED -> refused + "400 invalid_scope";
            case TWO_PLACES -> refused + "400 invalid_request";
            case FOREIGN_HOST -> refused + "403 foreign_host";
        };
    }

    private static String lineOf(JsonNode record) {
        String common = String.join(" ", text(record, "adapter"), text(record, "caller_address"), text(record, "outcome"),
                text(record, "status"));
        return text(record, "outcome").equals("issued")
                ? String.join(" ", common, text(record, "caller_kind"), text(record, "token_sha256"))
                : common + " " + text(record, "reason");
    }

    private static String hashIn(RawHttp.Response response) {
        Matcher token = TOKEN.matcher(response.body());
        assertThat(token.find()).isTrue();
        return AuditRecords.hash(token.group(1));
    }

    private static RawHttp.Response responseTo(Attempt attempt, Peers peers) {
        return switch (attempt.adapter()) {
            case REST -> peers.token(attempt.from(), SCOPE, attempt.members(), attempt.headers());
            case MCP -> peers.call(attempt.from(), SCOPE, attempt.members(), attempt.headers());
            case MCP_WITHOUT_A_HANDSHAKE -> peers.statelessCall(attempt.from(), SCOPE, attempt.members(), attempt.headers());
        };
    }

    private static Outcome outcomeOf(Attempt attempt, RawHttp.Response response) {
        String body = response.body().replace("\\\"", "\"");
        if (response.status() == 401 && body.contains("\"error\":\"invalid_client\"")
                && response.headers().getOrDefault("WWW-Authenticate", "").matches("Basic .*, Bearer .*")) {
            return Outcome.UNAUTHORIZED;
        }
        if (response.status() == 403 && body.contains("\"error\":\"invalid_request\"")) {
            return Outcome.FOREIGN_HOST;
        }
        boolean isError = attempt.adapter() == Adapter.REST ? response.status() == 400
                : response.status() == 200 && body.contains("\"isError\":true");
        if (isError) {
            return body.contains("\"error\":\"invalid_client\"") ? Outcome.UNAUTHORIZED_RESULT
                    : body.contains("\"error\":\"invalid_scope\"") ? Outcome.SCOPE_REFUSED
                            : body.contains("came in a header and in the body") ? Outcome.TWO_PLACES : fail(attempt, response);
        }
        if (response.status() == 200 && body.contains(tokenOf(LeanStub.CLIENT_ID, LeanStub.CLIENT_SECRET))) {
            return Outcome.SERVICE_TOKEN;
        }
        if (response.status() == 200 && body.contains(tokenOf(LeanStub.CALLERS_ID, LeanStub.CALLERS_SECRET))) {
            return Outcome.CALLER_TOKEN;
        }
        return fail(attempt, response);
    }

    private static String tokenOf(String id, String secret) {
        return "\"access_token\":\"" + TokenResponses.prefix(id, secret, SCOPE);
    }

    private static Outcome fail(Attempt attempt, RawHttp.Response response) {
        throw new AssertionError(attempt + " is answered by what is no outcome: " + response);
    }
}
