package dev.leantokens.issuer;

import static dev.leantokens.issuer.TestTokens.base64Url;
import static dev.leantokens.issuer.TestTokens.json;
import static dev.leantokens.issuer.TestTokens.jwk;
import static dev.leantokens.issuer.TestTokens.map;
import static dev.leantokens.issuer.TestTokens.signed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

import org.jose4j.jwk.PublicJsonWebKey;
import org.junit.jupiter.api.Test;

import dev.leantokens.issuer.Verification.Refused;
import dev.leantokens.issuer.Verification.Verified;
import dev.leantokens.testing.TestClock;

/** Random tokens, and many at a time. */
class StrangeTokensTest {

    /** What a JSON parser stumbles over. */
    private static final List<String> PIECES = List.of("{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "\"iss\"",
            "\"exp\"",
            "\"alg\"", "\"RS256\"", "null", "true", "1", "-", ".", "e", "1e999", "0x1", "'", " ", "\n", "\0", "\u2028", "é",
            "/*", "//",
            "\"a\":1", "NaN", "\uFEFF", "\"kid\":\"ed\"");

    private final TestClock clock = new TestClock();
    private final long now = clock.instant().getEpochSecond();
    private final FakeKeys keys = new FakeKeys(List.of(jwk("ed", TestTokens.ED.getPublic())));
    private final TrustedIssuers issuers = new TrustedIssuers(
            List.of(IssuerSettings.of("idp",
                    Map.of("issuer", TestTokens.ISSUER, "audience", TestTokens.AUDIENCE, "scopes",
                            "customer.{lean_customer}"))),
            first -> Map.of("idp", keys), clock);

    @Test
    void randomHeaderAndClaimsAreRefused() {
        qt().withExamples(5_000).forAll(pieces(), pieces()).checkAssert((header, claims) -> {
            assertThat(issuers.verify(base64Url(header) + "." + base64Url(claims) + ".AAAA", Optional.empty()))
                    .isInstanceOf(Refused.class);
            assertThat(issuers.verify(base64Url("{\"alg\":\"EdDSA\",\"kid\":\"ed\"}") + "." + base64Url(claims) + ".AAAA",
                    Optional.empty())).isInstanceOf(Refused.class);
        });
    }

    @Test
    void randomBytesAreRefused() {
        qt().withExamples(5_000).forAll(lists().of(integers().between(0, 255)).ofSizeBetween(1, 40)).checkAssert(numbers -> {
            byte[] bytes = new byte[numbers.size()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = numbers.get(i).byteValue();
            }
            assertThat(issuers.verify(base64Url(bytes) + "." + base64Url(bytes) + "." + base64Url(bytes), Optional.empty()))
                    .isInstanceOf(Refused.class);
            assertThat(issuers.verify(new String(bytes, StandardCharsets.ISO_8859_1), Optional.empty()))
                    .isInstanceOf(Refused.class);
        });
    }

    private static org.quicktheories.core.Gen<String> pieces() {
        return lists().of(integers().between(0, PIECES.size() - 1)).ofSizeBetween(1, 12)
                .map(places -> places.stream().map(PIECES::get).collect(Collectors.joining()));
    }

    /** Tokens are verified by several threads while the keys change. None is accepted after its key was removed. */
    @Test
    void keysChangeWhileTokensAreVerified() throws Exception {
        List<PublicJsonWebKey> with = List.of(jwk("ed", TestTokens.ED.getPublic()));
        List<PublicJsonWebKey> without = List.of(jwk("ec", TestTokens.EC.getPublic()));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 50; round++) {
                keys.set(with);
                String token = token(round);
                List<Callable<Verification>> looks = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    looks.add(() -> issuers.verify(token, Optional.empty()));
                }
                List<Future<Verification>> running = looks.stream().map(threads::submit).toList();
                keys.set(without);
                assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Refused.class);
                for (Future<Verification> look : running) {
                    look.get();
                }
                // A look that started before may have remembered it meanwhile.
                assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Refused.class);
                keys.set(with);
                assertThat(issuers.verify(token, Optional.empty())).isInstanceOf(Verified.class);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private String token(int number) {
        return signed(json(map("alg", "EdDSA", "kid", "ed")),
                json(map("iss", TestTokens.ISSUER, "aud", TestTokens.AUDIENCE, "sub",
                        "orders", "exp", now + 300, "jti", number)),
                "EdDSA", TestTokens.ED.getPrivate());
    }
}
