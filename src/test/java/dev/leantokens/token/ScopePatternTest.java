package dev.leantokens.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScopePatternTest {

    private static final String ERROR_DESCRIPTION = "[\\x20-\\x21\\x23-\\x5B\\x5D-\\x7E]*";
    private static final long SEED = 18;

    @ParameterizedTest
    @CsvSource({
            "api,           api,           true",
            "api,           apis,          false",
            "api,           customer.*,    false",
            "*,             api,           true",
            "*,             customer.*,    false",
            "*,             *,             true",
            "customer.*,    customer.42,   true",
            "customer.*,    customer.4.2,  false",
            "customer.*,    customer.,     false",
            "customer.*,    customers.*,   false",
            "customer.4*,   customer.*2,   true",
            "*.read,        customer.*,    true",
            "*.read,        customer.*.x,  false",
            "a*,            a,             false",
            "a*b,           ab,            false",
            "a*b,           *a*b*,         true",
            "a*a,           aa,            false",
            "**,            a,             false",
            "**,            ab,            true",
            "*-*,           *_*,           true",
            "*:*,           *.*,           false",
    })
    void patternsOverlapIfAScopeMatchesBoth(String one, String other, boolean overlap) {
        assertThat(new ScopePattern(one).overlaps(new ScopePattern(other))).isEqualTo(overlap);
        assertThat(new ScopePattern(other).overlaps(new ScopePattern(one))).isEqualTo(overlap);
    }

    /** Compares every pair of patterns of up to four characters with every scope that could match both. */
    @Test
    void overlapIsExact() {
        String alphabet = "ab.";
        List<String> scopes = words(alphabet, 8);
        List<ScopePattern> patterns = words(alphabet + "*", 4).stream().map(ScopePattern::new).toList();
        List<BitSet> matches = new ArrayList<>();
        for (ScopePattern pattern : patterns) {
            Pattern regex = Pattern.compile(pattern.regex());
            BitSet matching = new BitSet(scopes.size());
            for (int i = 0; i < scopes.size(); i++) {
                matching.set(i, regex.matcher(scopes.get(i)).matches());
            }
            matches.add(matching);
        }

        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < patterns.size(); i++) {
            for (int j = i; j < patterns.size(); j++) {
                if (patterns.get(i).overlaps(patterns.get(j)) != matches.get(i).intersects(matches.get(j))) {
                    wrong.add(patterns.get(i) + " and " + patterns.get(j));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static List<String> words(String alphabet, int longest) {
        List<String> words = new ArrayList<>();
        List<String> last = List.of("");
        for (int length = 1; length <= longest; length++) {
            last = last.stream().flatMap(word -> alphabet.chars().mapToObj(c -> word + (char) c)).toList();
            words.addAll(last);
        }
        return words;
    }

    @Test
    void patternOverlapsAScopeThatItAllows() {
        Random random = new Random(SEED);
        for (int i = 0; i < 20_000; i++) {
            ScopePattern pattern = new ScopePattern(word(random, "ab-.:*", 12));
            String scope = random.nextBoolean() ? word(random, "ab-.:", 20)
                    : matching(random, pattern);

            assertThat(pattern.overlaps(new ScopePattern(scope))).as("%s and %s", pattern, scope)
                    .isEqualTo(pattern.allows(new Scope(scope)));
        }
    }

    private static String matching(Random random, ScopePattern pattern) {
        return pattern.toString().chars().mapToObj(c -> c == '*' ? word(random, "ab-", 3) : String.valueOf((char) c))
                .collect(Collectors.joining());
    }

    private static String word(Random random, String alphabet, int longest) {
        return random.ints(1 + random.nextInt(longest), 0, alphabet.length())
                .mapToObj(index -> String.valueOf(alphabet.charAt(index))).collect(Collectors.joining());
    }

    @ParameterizedTest
    @CsvSource({
            "customer.*,         customer.42,     true",
            "customer.*,         customer.-,      true",
            "customer.*,         customer.,       false",
            "customer.*,         customer.4.2,    false",
            "customer.*-*-*-*-*, customer.a-b-c-d-e, true",
            "customer.*-*-*-*-*, customer.---------, true",
            "customer.*-*-*-*-*, customer.--------,  false",
            "customer.*-*-*-*-*, customer.a-b-c-d,   false",
            "*.read,             accounts.read,   true",
            "*.read,             a.read.read,     false",
            "*read,              readread,        true",
            "*read,              read,            false",
            "*ab*,               aabab,           true",
            "*ab*,               aab,             false",
            "*.a*.b,             x.ac.b,          true",
            "*.a*.b,             x.a.b,           false",
            "**,                 a,               false",
            "**,                 ab,              true",
            "*:*,                a:b:c,           false",
            "api,                API,             false",
            "*,                  \u00e9,          false",
    })
    void starMatchesOneOrMoreCharactersOfAnId(String pattern, String scope, boolean allowed) {
        assertThat(new ScopePattern(pattern).allows(new Scope(scope))).isEqualTo(allowed);
    }

    /** Compares every pattern of up to five characters with every scope of up to six. */
    @Test
    void patternAllowsTheSameScopesAsItsRegularExpression() {
        List<Scope> scopes = words("ab.", 6).stream().map(Scope::new).toList();
        List<String> wrong = new ArrayList<>();
        for (String text : words("ab.*", 5)) {
            ScopePattern pattern = new ScopePattern(text);
            Matcher regex = Pattern.compile(pattern.regex()).matcher("");
            for (Scope scope : scopes) {
                if (pattern.allows(scope) != regex.reset(scope.value()).matches()) {
                    wrong.add(text + " and " + scope);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void patternAllowsTheSameLongScopesAsItsRegularExpression() {
        Random random = new Random(SEED);
        for (int i = 0; i < 50_000; i++) {
            ScopePattern pattern = new ScopePattern(word(random, "ab-.*", 16));
            Scope scope = new Scope(random.nextInt(4) == 0 ? word(random, "ab-.", 40) : matching(random, pattern));

            assertThat(pattern.allows(scope)).as("%s and %s", pattern, scope)
                    .isEqualTo(Pattern.matches(pattern.regex(), scope.value()));
        }
    }

    /** With backtracking over earlier stars, each would take years. */
    @ParameterizedTest
    @CsvSource({ "customer., *-, 59", "'', *, 128", "'', *a, 64", "a, **a, 42", "'', a*, 64", "a*, *-a*, 31" })
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void timeDoesNotMultiplyWithTheStars(String prefix, String repeated, int most) {
        for (int times = 1; times <= most; times++) {
            ScopePattern pattern = new ScopePattern(prefix + repeated.repeat(times));
            for (String id : List.of("-", "a", "a-", "-a")) {
                String scope = prefix.replace('*', 'a') + id.repeat(Scope.MAX_LENGTH);

                assertThat(pattern.allows(Scope.parse(scope.substring(0, Scope.MAX_LENGTH - 1) + "."))).isFalse();
            }
        }
    }

    @Test
    void scopesAboveTheMaximumLengthDoNotCountAsOverlap() {
        String longest = "a".repeat(128);

        assertThat(new ScopePattern(longest).overlaps(new ScopePattern("*"))).isTrue();
        assertThatThrownBy(() -> new ScopePattern(longest + "a")).hasMessageContaining("128");
        assertThat(new ScopePattern("a".repeat(100) + ".*").overlaps(new ScopePattern("*." + "b".repeat(27)))).isTrue();
        assertThat(new ScopePattern("a".repeat(100) + ".*").overlaps(new ScopePattern("*." + "b".repeat(28)))).isFalse();
        assertThat(new ScopePattern("*-".repeat(64)).overlaps(new ScopePattern("-*".repeat(64)))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "api                | api",
            "api,payments       | api or payments",
            "api,customer.*     | api or customer.*, where * stands for an id",
            "api,a.*,*.b,c      | api, a.*, *.b or c, where * stands for an id",
    })
    void patternsAreDescribedInWords(String patterns, String words) {
        assertThat(ScopePattern.describe(List.of(patterns.split(",")).stream().map(ScopePattern::new).toList()))
                .isEqualTo(words);
    }

    /** See error_description in RFC 6749 §5.2. */
    @ParameterizedTest
    @ValueSource(strings = { "!#$%&'()*+,-./", "09:;<=>?@AZ[]^_`az{|}~" })
    void descriptionHasOnlyCharactersThatAnErrorDescriptionAllows(String pattern) {
        assertThat(ScopePattern.describe(List.of(new ScopePattern(pattern)))).matches(ERROR_DESCRIPTION);
    }
}
