package dev.leantokens.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

import org.jose4j.jwk.EcJwkGenerator;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.keys.EllipticCurves;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import dev.leantokens.error.TokenError;
import dev.leantokens.token.AccessToken;
import dev.leantokens.token.CallerAccount;
import dev.leantokens.token.CallerAccounts;
import dev.leantokens.token.Scope;
import dev.leantokens.token.UpstreamTokenRequest.Purpose;
import dev.leantokens.trace.Traces;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.context.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;

/**
 * Fills every record of the application with a secret: its {@code toString}, which can get into log lines and messages, must
 * not contain it. Covers new records without a change here.
 */
class ValuesInTextTest {

    private static final String SECRET = "s3cr3t";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("dev.leantokens");

    /** Components that may be shown: they hold no secret. */
    private static final Set<String> SHOWN = Set.of(
            "Audience.groups", "Exposure.host", "Peer.address", "Caller.address", "CallerAccount.account",
            "CallerAccount.sharer", "LocalClient.id", "Scope.value", "Schema.value",
            "Session.owner", "Session.account", "Verdict.reason", "State.reason", "LeanAccount.url",
            "RestClients.certificate", "ResourceUrl.origin", "ResourceUrl.path", "SigningKey.algorithm", "Places.mcpUrl",
            "StoreScript.name", "StoreScript.text", "StoreScript.digest", "StoreNames.prefix", "StoreNames.environment",
            // Names of certificates, which are public.
            "Names.uris", "Names.hosts", "SpiffeId.text", "DnsName.labels",
            // Addresses, and ids of the configuration.
            "CallerName.name", "CallerName.group", "Key.callers", "Summary.callers", "IssuerSettings.id",
            "FederatedIdentity.issuer", "Refused.reason", "KeySource.id", "KeysState.issuer", "KeysState.problem",
            "TokenDemands.audience", "Call.issuer",
            // Its host; its path is left out.
            "CollectorUrl.url",
            // Texts of the status page, which come from settings and from this service.
            "Service.environment", "Service.version", "Check.name", "Check.reasons", "Lean.reason", "Lean.refusal",
            "Certificate.configuration");

    /** What the status page says, made of a {@code Status}: all components may be shown if that one's may. */
    private static final Set<String> STATUS_PAGE = Set.of("StatusView", "Headline", "Problem", "Tile", "Chart", "Line",
            "Minute",
            "TokenRow", "ErrorRow", "Fact", "Time");

    /**
     * Other classes with a {@code toString}. {@code SecretsInTextTest} tests each of them, except the exceptions, whose
     * messages are fixed.
     */
    private static final Set<String> OTHERS = Set.of("RequestMembers", "ScopePattern", "AccessToken", "CachedToken",
            "SecretDigest", "Origin", "StaleConnectionException", "InvalidSetting", "StoppedException", "StoreKey");

    @TestFactory
    Stream<DynamicTest> recordShowsNoSecret() {
        return CLASSES.stream().filter(JavaClass::isRecord).map(JavaClass::reflect)
                .map(type -> DynamicTest.dynamicTest(type.getName(),
                        () -> assertThat(filled(type).toString()).doesNotContain(SECRET)));
    }

    @Test
    void otherClassesWithToStringAreListed() {
        assertThat(CLASSES.stream().filter(type -> !type.isRecord() && type.tryGetMethod("toString").isPresent())
                .map(JavaClass::getSimpleName)).containsExactlyInAnyOrderElementsOf(OTHERS);
    }

    @Test
    void recordThatShowsASecretIsDetected() throws ReflectiveOperationException {
        record Careless(Optional<String> secret) {
        }

        assertThat(filled(Careless.class).toString()).contains(SECRET);
    }

    private static Object filled(Class<?> type) throws ReflectiveOperationException {
        RecordComponent[] components = type.getRecordComponents();
        Constructor<?> constructor = type.getDeclaredConstructor(
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new));
        constructor.setAccessible(true);
        Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            boolean shown = STATUS_PAGE.contains(type.getSimpleName())
                    || SHOWN.contains(type.getSimpleName() + "." + components[i].getName());
            values[i] = value(components[i].getGenericType(), shown ? "shown" : SECRET);
        }
        return constructor.newInstance(values);
    }

    private static Object value(Type type, String text) throws ReflectiveOperationException {
        if (type instanceof ParameterizedType generic) {
            Class<?> raw = (Class<?>) generic.getRawType();
            Object element = value(generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1], text);
            return raw == Optional.class ? Optional.of(element)
                    : raw == List.class ? List.of(element)
                            : raw == Set.class ? Set.of(element)
                                    : raw == Map.class ? Map.of(text, element) : value(raw, text);
        }
        if (!(type instanceof Class<?> plain)) {
            // A type parameter: any value.
            return text;
        }
        if (plain == String.class || plain == Object.class) {
            return text;
        }
        if (plain == byte[].class) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        if (plain.isPrimitive()) {
            return plain == boolean.class ? (Object) true : plain == int.class ? (Object) 1 : (Object) 1L;
        }
        if (plain.isEnum()) {
            return plain.getEnumConstants()[0];
        }
        if (plain.isRecord()) {
            return filled(plain);
        }
        if (plain.isSealed()) {
            return value(plain.getPermittedSubclasses()[0], text);
        }
        if (plain.isInterface()) {
            return Proxy.newProxyInstance(plain.getClassLoader(), new Class<?>[] { plain },
                    (proxy, method, arguments) -> method.getName().equals("toString") ? "proxy" : null);
        }
        return switch (plain.getSimpleName()) {
            case "Void" -> null;
            case "OptionalLong" -> OptionalLong.of(1);
            case "Duration" -> Duration.ofSeconds(1);
            case "Instant" -> Instant.EPOCH;
            case "CallSpan" -> {
                var none = plain.getDeclaredField("NONE");
                none.setAccessible(true);
                yield none.get(null);
            }
            case "Context" -> Context.root();
            case "Traces" -> Traces.OFF;
            case "Clock" -> Clock.systemUTC();
            case "Attributes" -> Attributes.empty();
            case "Throwable" -> new Throwable("failed");
            case "URI" -> URI.create("https://" + text + ".example.com");
            case "ByteBuffer" -> ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            case "JsonObject" -> new JsonObject().put(text, text);
            case "AccessToken" -> AccessToken.of(Map.of("access_token", text, "token_type", "Bearer", "expires_in", 3599),
                    new Scope(text));
            case "CallerAccounts" -> new CallerAccounts((CallerAccount) value(CallerAccount.class, text), Purpose.NEED);
            case "TokenException" -> TokenError.INTERNAL.because("failed");
            case "PemTrustOptions" -> new PemTrustOptions().addCertValue(Buffer.buffer(text));
            // A public key has no secret.
            case "PublicJsonWebKey" -> publicKey();
            case "StoreKey" -> make(plain, "parse", String.class, "A".repeat(43));
            case "SecretDigest" -> make(plain, "of", String.class, text);
            case "LocalClients" -> {
                var empty = plain.getDeclaredConstructor(List.class);
                empty.setAccessible(true);
                yield empty.newInstance(List.of());
            }
            case "ScopePattern" -> make(plain, "of", String.class, "api");
            case "CachedToken" -> {
                Object token = value(Class.forName("dev.leantokens.token.AccessToken"), text);
                var of = plain.getDeclaredMethod("of", token.getClass(), Instant.class);
                of.setAccessible(true);
                yield ((Optional<?>) of.invoke(null, token, Instant.EPOCH)).orElseThrow();
            }
            default -> throw new AssertionError("this test needs a value of " + plain + " for a record");
        };
    }

    private static PublicJsonWebKey publicKey() {
        try {
            return EcJwkGenerator.generateJwk(EllipticCurves.P256);
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Object make(Class<?> type, String method, Class<?> of, Object argument) throws ReflectiveOperationException {
        var made = type.getDeclaredMethod(method, of);
        made.setAccessible(true);
        return made.invoke(null, argument);
    }
}
