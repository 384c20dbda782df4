package dev.leantokens.issuer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quicktheories.QuickTheory.qt;
import static org.quicktheories.generators.SourceDSL.integers;
import static org.quicktheories.generators.SourceDSL.lists;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClaimPatternTest {

    @ParameterizedTest
    @CsvSource({
            "system:serviceaccount:payments:*, system:serviceaccount:payments:api, true",
            "system:serviceaccount:payments:*, system:serviceaccount:payments:, false",
            "system:serviceaccount:payments:*, system:serviceaccount:payments2:api, false",
            "system:serviceaccount:payments:*, system:serviceaccount:payments:a:b, false",
            "system:serviceaccount:payments:*, xsystem:serviceaccount:payments:api, false",
            "system:serviceaccount:payments:*, System:serviceaccount:payments:api, false",
            "repo:example/*:ref:refs/heads/main, repo:example/app:ref:refs/heads/main, true",
            "repo:example/*:ref:refs/heads/main, repo:example/app:ref:refs/heads/main2, false",
            "repo:example/*:ref:refs/heads/main, repo:example/a/b:ref:refs/heads/main, false",
            "repo:example/*:ref:refs/heads/main, repo:example/a:environment:x:ref:refs/heads/main, false",
            "repo:example/**, repo:example/app:pull_request, true",
            "repo:example/**, repo:example/, false",
            "repo:example/**, repo:example2/app, false",
            "repo:example/app:environment:**, repo:example/app:environment:a b/c:d, true",
            "a.c, abc, false",
            "a*c, aXXc, true",
            "a*c, ac, false",
            "a*c*, abcd, true",
            "a*b*c, aXbXbYc, true",
            "**b, aab, true",
            "*b, a/b, false",
            "é*, éa, true",
            "*, 'a b', false",
            "**, 'a b', true",
            "*, 日本, true",
            "*, 😀, true",
            "**, '', false",
            "true, true, true" })
    void patternMatchesTheWholeValue(String pattern, String value, boolean matches) {
        assertThat(ClaimPattern.of(pattern).matches(value)).isEqualTo(matches);
    }

    /** Controls, line ends, direction marks, a lone surrogate, a joiner: two values that look the same are not. */
    @Test
    void noStarMatchesWhatCannotBeSeen() {
        for (String hidden : List.of("\0", "\n", "\r", "\t", "\u001B", "\u0085", "\u2028", "\u202E", "\uD800", "\u200D",
                "\uFEFF",
                "\uE000")) {
            assertThat(ClaimPattern.of("a*").matches("ab" + hidden)).isFalse();
            assertThat(ClaimPattern.of("a**").matches("ab" + hidden)).isFalse();
        }
        for (String space : List.of(" ", "\u00A0", "\u3000", "/", ":")) {
            assertThat(ClaimPattern.of("a*").matches("ab" + space)).isFalse();
            assertThat(ClaimPattern.of("a**").matches("ab" + space)).isTrue();
        }
    }

    @Test
    void booleanMatchesByItsText() {
        assertThat(ClaimPattern.of("true").matches(true)).isTrue();
        assertThat(ClaimPattern.of("true").matches(false)).isFalse();
        assertThat(ClaimPattern.of("false").matches(false)).isTrue();
    }

    @Test
    void arrayOfStringsMatchesByOneElement() {
        ClaimPattern pattern = ClaimPattern.of("team-*");

        assertThat(pattern.matches(List.of("all", "team-a"))).isTrue();
        assertThat(pattern.matches(List.of("all"))).isFalse();
        assertThat(pattern.matches(List.of())).isFalse();
        assertThat(pattern.matches(List.of("team-a", 1))).isFalse();
        assertThat(pattern.matches(List.of("team-a", List.of("team-b")))).isFalse();
        assertThat(pattern.matches(Arrays.asList("team-a", null))).isFalse();
    }

    @Test
    void otherValuesDoNotMatch() {
        ClaimPattern everything = ClaimPattern.of("**");

        assertThat(everything.matches(null)).isFalse();
        assertThat(everything.matches(42L)).isFalse();
        assertThat(everything.matches(1.5)).isFalse();
        assertThat(everything.matches(Map.of("a", "b"))).isFalse();
        assertThat(everything.matches(List.of(List.of("a")))).isFalse();
    }

    /** The regular expression is the oracle; the alphabet makes matches likely. */
    @Test
    void patternMatchesAsTheRegularExpressionDoes() {
        qt().withExamples(20_000).forAll(lists().of(integers().between(0, 7)).ofSizeBetween(1, 8),
                lists().of(integers().between(0, 4)).ofSizeBetween(0, 10)).checkAssert((symbols, characters) -> {
                    String pattern = symbols.stream()
                            .map(symbol -> List.of("a", "b", "/", ":", " ", "*", "**", "*").get(symbol))
                            .collect(Collectors.joining());
                    String value = characters.stream().map(c -> "ab/: ".substring(c, c + 1)).collect(Collectors.joining());
                    if (!pattern.contains("***")) {
                        String regex = Pattern.compile("\\*\\*|\\*").matcher(pattern)
                                .replaceAll(star -> star.group().equals("*") ? "[^/: ]+" : ".+");
                        assertThat(ClaimPattern.of(pattern).matches(value)).as("%s, %s", pattern, value)
                                .isEqualTo(value.matches(regex));
                    }
                });
    }

    @Test
    void manyStarsTakeNoExponentialTime() {
        ClaimPattern pattern = ClaimPattern.of("*a".repeat(250));

        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(10),
                () -> assertThat(pattern.matches("a".repeat(6_000) + "b")).isFalse());
    }
}
