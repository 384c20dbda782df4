package dev.leantokens.architecture;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import java.util.stream.Stream;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.TokenStreamFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;

import dev.leantokens.settings.SettingsCheck;
import io.smallrye.config.ConfigMapping;

/** The dependencies that are allowed between packages, and the calls that are not allowed at all. */
class ArchitectureTest {

    private static final String ROOT = "dev.leantokens";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages(ROOT);

    private static final DescribedPredicate<JavaClass> OTHER_PACKAGES_THAN_ERROR = resideInAPackage(ROOT + "..")
            .and(resideOutsideOfPackage(ROOT + ".error.."));

    @TestFactory
    Stream<DynamicTest> rules() {
        return Stream.<ArchRule> of(
                noClasses().that().resideInAPackage(ROOT + ".error..").should().dependOnClassesThat(OTHER_PACKAGES_THAN_ERROR)
                        .because("every package reports errors, so a dependency would be a cycle"),
                noClasses().that().resideInAPackage(ROOT + ".token..").should().dependOnClassesThat()
                        .resideInAnyPackage("jakarta.ws.rs..", "org.jboss.resteasy..", "io.quarkiverse..", "io.vertx.ext.web..",
                                "io.vertx.core.http..", "io.quarkus.rest..", ROOT + ".lean..", ROOT + ".access..",
                                ROOT + ".rest..", ROOT + ".mcp..", ROOT + ".http..", ROOT + ".limits..", ROOT + ".cache..",
                                ROOT + ".clock..", "com.github.benmanes..", "io.smallrye.faulttolerance..")
                        .because("token rules depend neither on the adapter nor on the authorization server"),
                noClasses().that().resideInAPackage(ROOT + ".rest..").should().dependOnClassesThat()
                        .resideInAnyPackage(ROOT + ".mcp..", ROOT + ".lean..")
                        .because("an adapter knows neither the other adapter nor Lean"),
                noClasses().that().resideInAPackage(ROOT + ".mcp..").should().dependOnClassesThat()
                        .resideInAnyPackage(ROOT + ".rest..", ROOT + ".lean..", "jakarta.ws.rs..")
                        .because("an adapter knows neither the other adapter nor Lean"),
                noClasses().that().resideInAPackage(ROOT + ".http..").should().dependOnClassesThat()
                        .resideInAnyPackage(ROOT + ".token..", ROOT + ".access..", ROOT + ".lean..", ROOT + ".rest..",
                                ROOT + ".mcp..")
                        .because("HTTP handling is the same for every path"),
                noClasses().that().resideInAPackage(ROOT + ".limits..").should().dependOnClassesThat()
                        .resideInAnyPackage(ROOT + ".token..", ROOT + ".access..", ROOT + ".rest..", ROOT + ".mcp..")
                        .because("connections are limited before anything is known of the request"),
                noClasses().that().resideInAPackage(ROOT + ".lean..").should().dependOnClassesThat()
                        .resideInAnyPackage(ROOT + ".rest..", ROOT + ".mcp..", ROOT + ".access..", ROOT + ".http..")
                        .because("calls to Lean do not depend on how a caller reached the service"),
                noClasses().that().resideInAPackage(ROOT + ".cache..").should().dependOnClassesThat()
                        .resideInAnyPackage(ROOT + ".rest..", ROOT + ".mcp..", ROOT + ".access..", ROOT + ".http..",
                                ROOT + ".lean..")
                        .because("storing tokens does not depend on who requests or issues them"),
                noClasses().that().resideInAPackage(ROOT + ".access..").should().dependOnClassesThat()
                        .resideInAnyPackage(ROOT + ".rest..", ROOT + ".mcp..", ROOT + ".lean..")
                        .because("both adapters apply the same access rules"),
                noClasses().that().resideOutsideOfPackage(ROOT + ".standin..").should().dependOnClassesThat()
                        .resideInAPackage(ROOT + ".standin..")
                        .because("the service knows the stand-in only by the interface lean/LeanStandIn"),
                noClasses().that().resideOutsideOfPackage(ROOT + ".lean..").should().dependOnClassesThat()
                        .resideInAnyPackage("io.quarkus.rest.client..", "org.jboss.resteasy.reactive.client..")
                        .because("only lean makes calls to Lean"),
                noClasses().that().resideInAnyPackage(ROOT + ".lean..", ROOT + ".token..").should().dependOnClassesThat()
                        .areAssignableTo(jakarta.ws.rs.WebApplicationException.class)
                        .because("an exception with an entity bypasses every exception mapper"),
                slices().matching(ROOT + ".(**)").should().beFreeOfCycles()
                        .because("packages in a cycle are one package"),
                classes().that().areAnnotatedWith(ConfigMapping.class).should().haveSimpleNameEndingWith("Config")
                        .because("that is the name under which developers look for the settings of a package"),
                classes().that().implement(SettingsCheck.class).should().beAnnotatedWith(Singleton.class).orShould()
                        .beAnnotatedWith(ApplicationScoped.class)
                        .because("only beans are checked at the start"),
                fields().should().notBeAnnotatedWith(Inject.class)
                        .because("dependencies are constructor parameters, so that a test can pass them"),
                noClasses().should().accessTargetWhere(LocaleDependent.FORMATTING)
                        .because("programs read log lines, headers and settings, but the default locale can change digits "
                                + "(ar-SA) and lower case (tr-TR); use String.format(Locale.ROOT, …) or +"),
                noClasses().should().accessTargetWhere(LocaleDependent.ENCODING)
                        .because("the default character set can differ from that of files and HTTP"),
                noClasses().that().resideOutsideOfPackage(ROOT + ".json").should()
                        .callConstructorWhere(target(owner(assignableTo(TokenStreamFactory.class)
                                .or(assignableTo(ObjectMapper.class)))))
                        .orShould().callMethod(JsonMapper.class, "builder")
                        .orShould().callMethod(JsonFactory.class, "builder")
                        .because("a JSON parser must not cache the member names that callers send; use json/UncachedNames"),
                noClasses().should().callMethod(Thread.class, "sleep", long.class)
                        .because("it blocks an event loop"),
                noClasses().should().callMethod(java.time.Instant.class, "now").orShould()
                        .callMethod(System.class, "currentTimeMillis")
                        .because("time comes from the Clock bean, which a test can set"),
                noClasses().that().doNotHaveFullyQualifiedName(ROOT + ".Application").should().accessField(System.class, "out")
                        .orShould().accessField(System.class, "err")
                        .orShould().callMethod(Throwable.class, "printStackTrace")
                        .because("messages go to the log"),
                noClasses().should().dependOnClassesThat().resideInAnyPackage("java.util.logging..", "org.slf4j..")
                        .because("Quarkus uses JBoss Logging"),
                methods().that().areAnnotatedWith("io.quarkiverse.mcp.server.Tool").should()
                        .haveRawReturnType(io.smallrye.mutiny.Uni.class)
                        .because("a tool that returns another type runs on a worker thread"))
                .map(rule -> DynamicTest.dynamicTest(rule.getDescription(), () -> rule.check(CLASSES)));
    }
}
