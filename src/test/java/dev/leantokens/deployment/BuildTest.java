package dev.leantokens.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

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
        assertThat(text("/project/properties/packaged.jvm-options")).isEqualTo("${fast-start}");

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

    private static String text(String path) throws Exception {
        return PATHS.evaluate(path, pom).strip();
    }
}
