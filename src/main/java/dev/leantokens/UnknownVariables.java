package dev.leantokens;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.jboss.logging.Logger;

import dev.leantokens.access.AccessConfig;
import dev.leantokens.audit.AuditConfig;
import dev.leantokens.cache.CacheConfig;
import dev.leantokens.issuer.IssuersConfig;
import dev.leantokens.lean.LeanConfig;
import dev.leantokens.limits.LimitsConfig;
import dev.leantokens.mcp.port.McpConfig;
import dev.leantokens.openapi.OpenapiConfig;
import dev.leantokens.settings.ServiceLinks;
import dev.leantokens.status.StatusConfig;
import dev.leantokens.store.StoreConfig;
import dev.leantokens.tls.CallersTlsConfig;
import dev.leantokens.tls.LeanTlsConfig;
import dev.leantokens.token.TokenConfig;
import dev.leantokens.trace.TraceConfig;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.config.ConfigMapping;

/**
 * Logs environment variables that look like settings of this service but are not: misspelled ones, and those of an earlier
 * version. Unknown properties in files make startup fail, but a variable may belong to another program.
 */
@ApplicationScoped
@RegisterForReflection(targets = { AccessConfig.class, AuditConfig.class, CacheConfig.class, IssuersConfig.class,
        LeanConfig.class,
        LimitsConfig.class, McpConfig.class,
        OpenapiConfig.class, StatusConfig.class, StoreConfig.class, CallersTlsConfig.class, LeanTlsConfig.class,
        TokenConfig.class, TraceConfig.class })
class UnknownVariables {

    private static final Logger LOG = Logger.getLogger(UnknownVariables.class);

    /** Short names of {@code application.properties}. {@code PORT} is left out: it has no prefix. */
    private static final Set<String> SHORT_NAMES = Set.of("ACCESS_LOG", "ALLOWED_HOSTS", "ALLOWED_ORIGINS", "LOG_JSON");

    /** The end of the name of a list's entry, such as {@code TOKEN_SCOPES_0_}. */
    private static final Pattern INDEX = Pattern.compile("_\\d+_$");

    /** Named by the operator: {@code access/LocalClientSettings} and {@code access/IssuerValues} read them. */
    private static final String LOCAL_CLIENTS = "ACCESS_CLIENTS_";
    private static final String ISSUERS = "ACCESS_ISSUERS_";
    /** How many characters of a misspelled name may be missing, additional or wrong. */
    private static final int MAX_DISTANCE = 2;
    /** Short names resemble each other by chance: one such character for each four behind the prefix. */
    private static final int CHARACTERS_PER_MISTAKE = 4;

    /** Found while the native executable is built, which initializes the classes. */
    private static final Set<String> KNOWN = known();

    void log(@Observes @Priority(StartOrder.REPORT) StartupEvent event) {
        List<String> empty = empty(System.getenv(), KNOWN);
        if (!empty.isEmpty()) {
            LOG.info("Empty variables, which count as not set: " + String.join(", ", empty));
        }
        for (String name : unknown(System.getenv().keySet(), KNOWN)) {
            List<String> similar = similar(name, KNOWN);
            if (similar.size() == 1) {
                LOG.warn(name + " is not a setting of this service and has no effect: did you mean " + similar.get(0) + "?");
            } else {
                LOG.info(name + " is not a setting of this service and has no effect");
            }
        }
    }

    /** @return the settings that are empty: a template that failed must not go unnoticed */
    static List<String> empty(Map<String, String> variables, Set<String> known) {
        return variables.entrySet().stream().filter(variable -> variable.getValue().isBlank()).map(Map.Entry::getKey)
                .filter(name -> known.contains(name) || name.startsWith(LOCAL_CLIENTS) || name.startsWith(ISSUERS)).sorted()
                .toList();
    }

    /** @return the variables of all config mappings */
    static Set<String> known() {
        Class<?>[] mappings = UnknownVariables.class.getAnnotation(RegisterForReflection.class).targets();
        return Stream.concat(SHORT_NAMES.stream(), Stream.of(mappings).flatMap(UnknownVariables::variablesOf))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Stream<String> variablesOf(Class<?> mapping) {
        String prefix = mapping.getAnnotation(ConfigMapping.class).prefix();
        return Arrays.stream(mapping.getMethods()).map(method -> (prefix + "." + method.getName())
                .replaceAll("([A-Z])", "_$1").replace('.', '_').toUpperCase(Locale.ROOT));
    }

    static Set<String> unknown(Set<String> variables, Set<String> known) {
        Set<String> prefixes = known.stream().map(UnknownVariables::prefixOf).collect(Collectors.toSet());
        Set<String> unknown = new TreeSet<>();
        for (String name : variables) {
            if (prefixes.contains(prefixOf(name)) && !known.contains(INDEX.matcher(name).replaceFirst(""))
                    && !name.startsWith(LOCAL_CLIENTS) && !name.startsWith(ISSUERS)
                    && !ServiceLinks.contains(name, variables)) {
                unknown.add(name);
            }
        }
        return unknown;
    }

    /** @return the first word, with the underscore */
    private static String prefixOf(String name) {
        return name.substring(0, name.indexOf('_') + 1);
    }

    /** @return the names that differ the least; otherwise those that start with the given one */
    static List<String> similar(String name, Set<String> known) {
        int length = name.length() - prefixOf(name).length();
        for (int distance = 1; distance <= Math.min(MAX_DISTANCE, length / CHARACTERS_PER_MISTAKE); distance++) {
            int allowed = distance;
            List<String> near = known.stream().filter(each -> distance(name, each) == allowed).toList();
            if (!near.isEmpty()) {
                return near;
            }
        }
        return known.stream().filter(each -> each.startsWith(name)).toList();
    }

    /** Levenshtein's distance. */
    private static int distance(String one, String other) {
        int[] previous = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int[] current = new int[other.length() + 1];
            current[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int replaced = previous[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[other.length()];
    }
}
