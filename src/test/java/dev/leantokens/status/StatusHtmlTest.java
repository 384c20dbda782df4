package dev.leantokens.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import jakarta.inject.Inject;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.audit.AuditState;
import dev.leantokens.status.Status.Check;
import dev.leantokens.status.Status.Readiness;
import dev.leantokens.testing.LeanStub;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;

/** What browsers get. How it looks and behaves is tested in Chromium, by {@code .ci/browser}. */
@QuarkusTest
@WithTestResource(LeanStub.class)
class StatusHtmlTest {

    private static final Places PLACES = new Places("http://localhost:9090/mcp", true, false);
    private static final Pattern ID = Pattern.compile(" id=\"([^\"]+)\"");

    @Inject
    StatusHtml html;

    static List<Status> samples() {
        return List.of(SampleStatus.busy(), SampleStatus.fresh(), SampleStatus.failing());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void partsAreTheElementsOfThePage(Status status) {
        String page = html.page(PLACES, status);

        assertThat(html.parts(status)).isNotEmpty().allSatisfy((id, part) -> {
            assertThat(part.strip()).matches("(?s)<(\\w+) id=\"" + id + "\".*</\\1>");
            assertThat(page).contains(part.strip());
        });
    }

    @ParameterizedTest
    @MethodSource("samples")
    void idsAreUniqueAndAllReferencesExist(Status status) {
        String page = html.page(PLACES, status);
        List<String> ids = ID.matcher(page).results().map(match -> match.group(1)).toList();

        assertThat(ids).doesNotHaveDuplicates();
        assertThat(Pattern.compile("(?:aria-labelledby=\"|href=\"#)([^\"]+)\"").matcher(page).results()
                .flatMap(match -> Stream.of(match.group(1).split(" ")))).isNotEmpty().isSubsetOf(ids);
    }

    /** The policy would block them. */
    @ParameterizedTest
    @MethodSource("samples")
    void pageHasNeitherStyleAttributesNorHandlers(Status status) {
        assertThat(html.page(PLACES, status)).doesNotContainPattern("<[^>]+ (style|on\\w+)=");
    }

    @Test
    void textsAreEscaped() {
        Status busy = SampleStatus.busy();
        Status status = new Status(busy.at(), busy.service(),
                new Readiness(List.of(new Check("check", List.of("<img src=x onerror=alert(1)> & \"quotes\"")))), busy.lean(),
                busy.traffic(), busy.tokens(), busy.errors(), Optional.empty(), Optional.empty(), List.of(),
                AuditState.UNDISTURBED);

        Map<String, String> parts = html.parts(status);

        assertThat(parts.get("headline")).contains("&lt;img src=x onerror=alert(1)&gt; &amp; &quot;quotes&quot;")
                .doesNotContain("<img");
    }

    @Test
    void emptyStatesAreWords() {
        assertThat(html.page(PLACES, SampleStatus.fresh())).contains("No requests in the last 15 minutes",
                "None: the next request for a token needs Lean", "None since the start", "one, without a store");
    }

    @Test
    void pageWithoutStatusHasNoScript() {
        assertThat(html.pageWithoutStatus(PLACES, false)).contains("Where to go")
                .doesNotContain("<script", "\"/status", "Version");
        assertThat(html.pageWithoutStatus(PLACES, true)).contains("<a href=\"/status\">log in</a>")
                .doesNotContain("<script", "/status/events", "Version");
    }
}
