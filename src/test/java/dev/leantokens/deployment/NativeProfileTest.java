package dev.leantokens.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;

import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPath;
import javax.xml.xpath.XPathFactory;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;

/** The profile {@code native}, whose executable cannot be built in these tests. */
class NativeProfileTest {

    private static final XPath PATHS = XPathFactory.newInstance().newXPath();

    private static Document pom;

    @BeforeAll
    static void read() throws Exception {
        pom = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(Path.of("pom.xml").toFile());
    }

    /** An executable exits at an option of a JVM that it does not know. */
    @Test
    void executableIsStartedWithoutTheOptionsOfAJvm() throws Exception {
        assertThat(text("/project/build/plugins/plugin[artifactId='maven-failsafe-plugin']//*[name()='quarkus.test.arg-line']"))
                .isEqualTo("${packaged.jvm-options}");
        assertThat(text("/project/properties/packaged.jvm-options")).isEqualTo("${fast-start}");

        String profile = "/project/profiles/profile[id='native']/properties/";
        assertThat(text("count(" + profile + "packaged.jvm-options)")).isEqualTo("1");
        assertThat(text(profile + "packaged.jvm-options")).isEmpty();
    }

    private static String text(String path) throws Exception {
        return PATHS.evaluate(path, pom).strip();
    }
}
