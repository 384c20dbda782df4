package dev.leantokens.architecture;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import java.util.stream.Stream;

import jakarta.inject.Inject;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.TokenStreamFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;

import io.smallrye.config.ConfigMapping;

/** What may know what. Each rule says why. */
class ArchitectureTest {

    private static final String ROOT = "dev.leantokens";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(ROOT);

    @TestFactory
    Stream<DynamicTest> rules() {
        return Stream.<ArchRule> of(
                noClasses().that().resideInAPackage(ROOT + ".token").should().dependOnClassesThat()
                        .resideInAnyPackage("jakarta.ws.rs..", "org.jboss.resteasy..", "io.quarkiverse..", "io.vertx.ext.web..",
                                "io.vertx.core.http..", "io.quarkus.rest..", ROOT + ".lean..", ROOT + ".access..",
                                ROOT + ".rest..", ROOT + ".mcp..", ROOT + ".http..", ROOT + ".cache..", ROOT + ".clock..",
                                "com.github.benmanes..", "io.smallrye.faulttolerance..")
                        .because("the rules of the product are the same whatever they are reached by and whoever answers"),
                noClasses().that().resideInAPackage(ROOT + ".rest").should().dependOnClassesThat()
                        .resideInAnyPackage(ROOT + ".mcp..", ROOT + ".lean..")
                        .because("an adapter translates its own protocol, and does not see the other one or Lean"),
                noClasses().that().resideInAPackage(ROOT + ".mcp..").should().dependOnClassesThat()
                        .resideInAnyPackage(ROOT + ".rest..", ROOT + ".lean..", "jakarta.ws.rs..")
                        .because("an adapter translates its own protocol, and does not see the other one or Lean"),
                noClasses().that().resideInAPackage(ROOT + ".lean").should().dependOnClassesThat()
                        .resideInAnyPackage(ROOT + ".rest..", ROOT + ".mcp..", ROOT + ".access..", ROOT + ".http..")
                        .because("who is asking does not change how Lean is asked"),
                noClasses().that().resideInAPackage(ROOT + ".cache").should().dependOnClassesThat()
                        .resideInAnyPackage(ROOT + ".rest..", ROOT + ".mcp..", ROOT + ".access..", ROOT + ".http..",
                                ROOT + ".lean..")
                        .because("where tokens are kept does not depend on who asks for them or who gives them"),
                noClasses().that().resideInAPackage(ROOT + ".access").should().dependOnClassesThat()
                        .resideInAnyPackage(ROOT + ".rest..", ROOT + ".mcp..", ROOT + ".lean..")
                        .because("the access rules hold for both adapters"),
                noClasses().that().resideOutsideOfPackage(ROOT + ".standin").should().dependOnClassesThat()
                        .resideInAPackage(ROOT + ".standin..")
                        .because("the product knows no more of the stand-in than that there can be one: lean/LeanStandIn"),
                noClasses().that().resideOutsideOfPackage(ROOT + ".lean").should().dependOnClassesThat()
                        .resideInAnyPackage("io.quarkus.rest.client..", "org.jboss.resteasy.reactive.client..")
                        .because("the wire towards Lean is hidden in lean"),
                noClasses().that().resideInAnyPackage(ROOT + ".lean", ROOT + ".token").should().dependOnClassesThat()
                        .areAssignableTo(jakarta.ws.rs.WebApplicationException.class)
                        .because("one that carries an entity bypasses every exception mapper"),
                slices().matching(ROOT + ".(**)").should().beFreeOfCycles()
                        .because("a cycle of packages is one package"),
                classes().that().areAnnotatedWith(ConfigMapping.class).should().haveSimpleNameEndingWith("Config")
                        .because("a newcomer looks for a package's settings by that name"),
                fields().should().notBeAnnotatedWith(Inject.class)
                        .because("what a class needs is in its constructor, where a test can give it"),
                noClasses().should().accessTargetWhere(LocaleDependent.FORMATTING)
                        .because("log lines, headers and settings are for machines, and an operator's locale can have other "
                                + "digits (ar-SA) and other small letters (tr-TR); String.format(Locale.ROOT, …), or + which "
                                + "knows no locale"),
                noClasses().should().accessTargetWhere(LocaleDependent.ENCODING)
                        .because("an operator's locale can have another character set than that of files and of HTTP"),
                noClasses().that().resideOutsideOfPackage(ROOT + ".json").should()
                        .callConstructorWhere(target(owner(assignableTo(TokenStreamFactory.class)
                                .or(assignableTo(ObjectMapper.class)))))
                        .orShould().callMethod(JsonMapper.class, "builder")
                        .orShould().callMethod(JsonFactory.class, "builder")
                        .because("what reads JSON may not keep the names that callers make up; json/UncachedNames"),
                noClasses().should().callMethod(Thread.class, "sleep", long.class)
                        .because("it blocks an event loop"),
                noClasses().should().callMethod(java.time.Instant.class, "now").orShould()
                        .callMethod(System.class, "currentTimeMillis")
                        .because("time is the Clock bean's, so that a test can set it"),
                noClasses().that().doNotHaveFullyQualifiedName(ROOT + ".Application").should().accessField(System.class, "out")
                        .orShould().accessField(System.class, "err")
                        .orShould().callMethod(Throwable.class, "printStackTrace")
                        .because("what is to be said is said by the log"),
                noClasses().should().dependOnClassesThat().resideInAnyPackage("java.util.logging..", "org.slf4j..")
                        .because("Quarkus logs by JBoss Logging"),
                methods().that().areAnnotatedWith("io.quarkiverse.mcp.server.Tool").should()
                        .haveRawReturnType(io.smallrye.mutiny.Uni.class)
                        .because("a tool that returns anything else runs on a worker thread"))
                .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(CLASSES)));
    }
}
