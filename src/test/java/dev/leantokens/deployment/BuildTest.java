package dev.leantokens.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathFactory;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

/** Tests parts of the build that no test of the application covers. */
class BuildTest {

    private static final XPath PATHS = XPathFactory.newInstance().newXPath();
    private static final String FAILSAFE = "/project/build/plugins/plugin[artifactId='maven-failsafe-plugin']";

    private static Document pom;

    @BeforeAll
    static void read() throws Exception {
        pom = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(Path.of("pom.xml").toFile());
    }

    /** An executable exits if it gets an unknown option of a JVM; these tests cannot build one. */
    @Test
    void executableStartsWithoutOptionsOfAJvm() throws Exception {
        assertThat(text(FAILSAFE + "//*[name()='quarkus.test.arg-line']")).isEqualTo("${packaged.jvm-options}");
        assertThat(text("/project/properties/packaged.jvm-options")).startsWith("${fast-start} ");

        String profile = "/project/profiles/profile[id='native']/properties/";
        assertThat(text("count(" + profile + "packaged.jvm-options)")).isEqualTo("1");
        assertThat(text(profile + "packaged.jvm-options")).isEmpty();
    }

    /** Prevents a warning in each build. */
    @Test
    void quarkusCanAddOptionsToTheTestJvm() throws Exception {
        assertThat(text(FAILSAFE + "/configuration/argLine")).startsWith("@{argLine} ");
        assertThat(text("/project/build/plugins/plugin[artifactId='jacoco-maven-plugin']/configuration/propertyName"))
                .as("integration tests record no coverage").isEqualTo("coverage.agent");
    }

    @Test
    void makePackagesTheServiceBeforeTheMcpTests() throws IOException {
        assertThat(Files.readString(Path.of("Makefile")))
                .containsPattern("(?m)^mcp: .*\\n\\t\\$\\(MVNW\\) --quiet -DskipTests package\\n\\t\\.ci/mcp/run$");
    }

    /** Formatting takes longer than the start of the service; it belongs to the build, and its check to CI. */
    @Test
    void developmentModeNeitherFormatsNorRecordsCoverage() throws Exception {
        String skipped = "/project/build/plugins/plugin[artifactId='quarkus-maven-plugin']/configuration/skipPlugins/plugin";
        for (String plugin : List.of("net.revelc.code.formatter:formatter-maven-plugin", "net.revelc.code:impsort-maven-plugin",
                "org.jacoco:jacoco-maven-plugin")) {
            String artifact = plugin.substring(plugin.indexOf(':') + 1);
            assertThat(text("count(/project/build/plugins/plugin[artifactId='" + artifact + "'])")).as(plugin).isEqualTo("1");
            assertThat(text("count(" + skipped + "[.='" + plugin + "'])")).as(plugin).isEqualTo("1");
        }
    }

    @Test
    void buildFormatsAndContinuousIntegrationOnlyChecks() throws Exception {
        String ci = "/project/profiles/profile[id='ci'][activation/property/name='env.CI']/properties/";
        for (String[] plugin : new String[][] { { "formatter", "format", "validate" }, { "impsort", "sort", "check" } }) {
            String execution = "/project/build/plugins/plugin[artifactId='" + plugin[0]
                    + "-maven-plugin']/executions/execution/";
            assertThat(text(execution + "phase")).isEqualTo("process-sources");
            assertThat(text(execution + "goals/goal")).isEqualTo("${" + plugin[0] + ".goal}");
            assertThat(text("/project/properties/" + plugin[0] + ".goal")).isEqualTo(plugin[1]);
            assertThat(text(ci + plugin[0] + ".goal")).isEqualTo(plugin[2]);
        }
    }

    /** Maven resolves the libraries of tests for quarkus:dev too, unless they are in a profile that is inactive. */
    @Test
    void librariesOfTestsAreNotDownloadedIfTestsAreSkipped() throws Exception {
        assertThat(text("count(/project/dependencies/dependency[scope='test'])")).isEqualTo("0");
        assertThat(text("/project/profiles/profile[id='tests']/activation/property/name")).isEqualTo("maven.test.skip");
        assertThat(text("/project/profiles/profile[id='tests']/activation/property/value")).isEqualTo("!true");
    }

    /**
     * Maven compiles, and Quarkus augments, inside Maven's JVM, which ends before its second JIT compiler pays off. Tests and
     * the service run in other processes. No garbage collector: with another one in MAVEN_OPTS, Maven would not start. The time
     * zone and the language: Quarkus writes the local time of the build into its archives, and the names of features into
     * classes, in lower case as the language has it. The file has no comments.
     */
    @Test
    void mavenStartsFastWithTheOptionsOfADeveloper() throws IOException {
        assertThat(Files.readString(Path.of(".mvn/jvm.config")).strip())
                .isEqualTo("-XX:TieredStopAtLevel=1 -Duser.timezone=UTC -Duser.language=en -Duser.country=US");
    }

    private static String text(String path) throws Exception {
        return PATHS.evaluate(path, pom).strip();
    }
}
