package dev.leantokens.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;

import dev.leantokens.testing.Kustomize;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;

/**
 * Validates the deployment examples, as Kustomize renders them, against the schemas of the Kubernetes API: fields, types and
 * required members. Skipped on a machine without kubectl; .ci/run has it.
 */
class KubernetesManifestsTest {

    /** The calls per minute that Lean allows a client id. */
    private static final int LEAN_ALLOWS = 60;

    private record Manifest(String name, JsonObject json) {

        String kind() {
            return json.get("apiVersion").getAsString() + " " + json.get("kind").getAsString();
        }

        @Override
        public String toString() {
            return name + ": " + kind();
        }
    }

    private interface Schema {

        void validate(JsonElement json) throws IOException;
    }

    private static final Path CALLER = Path.of("docs/examples/kubernetes/caller");

    private static final Map<String, Schema> SCHEMAS = Map.of(
            "v1 Secret", V1Secret::validateJsonElement,
            "v1 Service", V1Service::validateJsonElement,
            "v1 ServiceAccount", V1ServiceAccount::validateJsonElement,
            "apps/v1 Deployment", V1Deployment::validateJsonElement,
            "apps/v1 StatefulSet", V1StatefulSet::validateJsonElement,
            "autoscaling/v2 HorizontalPodAutoscaler", V2HorizontalPodAutoscaler::validateJsonElement,
            "policy/v1 PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement,
            "networking.k8s.io/v1 NetworkPolicy", V1NetworkPolicy::validateJsonElement,
            "serving.knative.dev/v1 Service", KubernetesManifestsTest::validateKnativeService);

    @BeforeAll
    static void kustomizeIsInstalled() {
        assumeThat(Kustomize.isInstalled()).as("kubectl with Kustomize 5 or later is installed").isTrue();
    }

    static Stream<Manifest> manifests() {
        return Stream.concat(Kustomize.overlays(), Stream.of(CALLER)).flatMap(overlay -> Kustomize.render(overlay).stream()
                .map(document -> new Manifest(overlay.getFileName().toString(), json(document))));
    }

    static Stream<Manifest> podSpecs() {
        return manifests().filter(manifest -> manifest.json().getAsJsonObject("spec") != null
                && manifest.json().getAsJsonObject("spec").has("template"));
    }

    /** Those with the service. */
    static Stream<Manifest> services() {
        return podSpecs().filter(manifest -> service(manifest).isPresent());
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void manifestMatchesTheSchemasOfTheApi(Manifest manifest) {
        assertThat(SCHEMAS).containsKey(manifest.kind());
        assertThatCode(() -> SCHEMAS.get(manifest.kind()).validate(manifest.json())).doesNotThrowAnyException();
    }

    @Test
    void schemaRefusesAnInvalidManifest() {
        JsonObject deployment = manifest("service", "apps/v1 Deployment").json();
        deployment.getAsJsonObject("spec").addProperty("replica", 1);

        assertThatThrownBy(() -> V1Deployment.validateJsonElement(deployment)).hasMessageContaining("replica");
    }

    /** A Knative service is a pod specification with two additional members (Knative Serving API, RevisionSpec). */
    private static void validateKnativeService(JsonElement json) throws IOException {
        JsonObject service = json.getAsJsonObject();
        assertThat(service.keySet()).isSubsetOf("apiVersion", "kind", "metadata", "spec");
        V1ObjectMeta.validateJsonElement(service.get("metadata"));
        JsonObject template = service.getAsJsonObject("spec").getAsJsonObject("template");
        assertThat(template.keySet()).isSubsetOf("metadata", "spec");
        V1ObjectMeta.validateJsonElement(template.get("metadata"));
        JsonObject spec = template.getAsJsonObject("spec").deepCopy();
        assertThat(spec.remove("containerConcurrency").getAsInt()).isPositive();
        assertThat(spec.remove("timeoutSeconds").getAsInt()).isPositive();
        // The name of the container is optional in Knative and required in a pod.
        spec.getAsJsonArray("containers").get(0).getAsJsonObject().addProperty("name", "user-container");
        V1PodSpec.validateJsonElement(spec);
    }

    @ParameterizedTest
    @MethodSource("podSpecs")
    void serviceOnOnePortServesBothAdaptersThere(Manifest manifest) {
        if (manifest.kind().startsWith("serving.knative.dev")) {
            assertThat(manifest.json().toString()).contains("{\"name\":\"MCP_PORT\",\"value\":\"8080\"}",
                    "\"containerPort\":8080");
        }
    }

    @ParameterizedTest
    @MethodSource("podSpecs")
    void podsOfKubernetesAreConfined(Manifest manifest) {
        if (manifest.kind().startsWith("apps/")) {
            JsonObject pod = manifest.json().getAsJsonObject("spec").getAsJsonObject("template").getAsJsonObject("spec");
            assertThat(pod.getAsJsonObject("securityContext").get("runAsNonRoot").getAsBoolean()).isTrue();
            containers(pod).forEach(container -> {
                JsonObject context = container.getAsJsonObject("securityContext");
                assertThat(context.get("readOnlyRootFilesystem").getAsBoolean()).isTrue();
                assertThat(context.get("allowPrivilegeEscalation").getAsBoolean()).isFalse();
                assertThat(context.getAsJsonObject("capabilities").get("drop").toString()).isEqualTo("[\"ALL\"]");
                assertThat(container.getAsJsonObject("resources").getAsJsonObject("limits").has("memory")).isTrue();
            });
        }
    }

    /** A Kubernetes Service named mcp would set MCP_PORT to tcp://…, which stops the start. */
    @ParameterizedTest
    @MethodSource("podSpecs")
    void servicesOfTheNamespaceSetNoVariables(Manifest manifest) {
        if (manifest.name().equals("cloudrun")) {
            // Its API does not support the field, and it has no Kubernetes Services.
            assertThat(podSpec(manifest).has("enableServiceLinks")).isFalse();
        } else {
            assertThat(podSpec(manifest).get("enableServiceLinks").getAsBoolean()).isFalse();
        }
    }

    /** Lean counts calls per client id, but without a store each process counts only its own. */
    @ParameterizedTest
    @MethodSource("services")
    void replicasTogetherStayWithinTheBudget(Manifest manifest) {
        int share = variable(manifest, "LEAN_REQUESTS_PER_MINUTE").map(Integer::parseInt).orElse(LEAN_ALLOWS);
        if (variable(manifest, "STORE_URL").isPresent()) {
            assertThat(share).as("the budget of all replicas together").isEqualTo(LEAN_ALLOWS);
            return;
        }
        int replicas = replicas(manifest);

        assertThat(replicas).isPositive();
        assertThat(replicas * share).isLessThanOrEqualTo(LEAN_ALLOWS);
        if (replicas > 1) {
            JsonObject update = manifest.json().getAsJsonObject("spec").getAsJsonObject("strategy")
                    .getAsJsonObject("rollingUpdate");
            assertThat(update.get("maxSurge").getAsInt()).as("additional processes during an update").isZero();
        }
    }

    /** Measured: the executable needs 64 MiB idle, and 96 MiB for its heap, buffers and code pages under load. */
    @ParameterizedTest
    @MethodSource("services")
    void executableHasTheMemoryForItsLoad(Manifest manifest) {
        JsonObject resources = service(manifest).orElseThrow().getAsJsonObject("resources");
        String limit = resources.getAsJsonObject("limits").get("memory").getAsString();

        if (manifest.name().equals("cloudrun")) {
            assertThat(limit).as("the minimum of Cloud Run").isEqualTo("128Mi");
        } else {
            assertThat(limit).isEqualTo("96Mi");
            assertThat(resources.getAsJsonObject("requests").get("memory").getAsString()).isEqualTo("64Mi");
        }
    }

    /** Otherwise each application of the manifest would undo what the autoscaler decided. */
    @Test
    void fleetIsScaledByTheAutoscalerOnly() {
        Manifest deployment = manifest("fleet", "apps/v1 Deployment");
        JsonObject autoscaler = manifest("fleet", "autoscaling/v2 HorizontalPodAutoscaler").json().getAsJsonObject("spec");

        assertThat(autoscaler.getAsJsonObject("scaleTargetRef").get("name")).isEqualTo(nameOf(deployment));
        assertThat(deployment.json().getAsJsonObject("spec").has("replicas")).isFalse();
        assertThat(service(deployment).orElseThrow().getAsJsonObject("resources").getAsJsonObject("requests").has("cpu"))
                .as("the use of which is measured").isTrue();
    }

    @Test
    void fleetIsSpreadAndNeverDrainedAtOnce() {
        JsonObject spec = manifest("fleet", "apps/v1 Deployment").json().getAsJsonObject("spec");
        JsonElement selector = spec.get("selector");

        assertThat(manifest("fleet", "policy/v1 PodDisruptionBudget").json().getAsJsonObject("spec").get("selector"))
                .isEqualTo(selector);
        assertThat(spec.getAsJsonObject("template").getAsJsonObject("spec").getAsJsonArray("topologySpreadConstraints"))
                .hasSize(2).allSatisfy(constraint -> assertThat(constraint.getAsJsonObject().get("labelSelector"))
                        .isEqualTo(selector));
    }

    /** Eviction could remove the calls that count, and the replicas would make more than Lean allows. */
    @Test
    void valkeyEvictsNothingAndFitsIntoItsMemory() {
        JsonObject container = containers(podSpec(manifest("fleet", "apps/v1 StatefulSet"))).get(0);
        List<String> options = container.getAsJsonArray("args").asList().stream().map(JsonElement::getAsString).toList();

        assertThat(options).containsSequence("--maxmemory-policy", "noeviction").containsSequence("--maxmemory", "64mb");
        assertThat(container.getAsJsonObject("resources").getAsJsonObject("limits").get("memory").getAsString())
                .as("the rest is for its buffers").isEqualTo("128Mi");
    }

    @Test
    void onlyTheServiceReachesValkey() {
        Manifest valkey = manifest("fleet", "apps/v1 StatefulSet");
        JsonElement itsPods = valkey.json().getAsJsonObject("spec").get("selector");
        JsonElement ourPods = manifest("fleet", "apps/v1 Deployment").json().getAsJsonObject("spec").get("selector");

        List<JsonObject> policies = manifests().filter(manifest -> manifest.name().equals("fleet")
                && manifest.kind().endsWith(" NetworkPolicy")).map(manifest -> manifest.json().getAsJsonObject("spec"))
                .toList();
        assertThat(policies).filteredOn(policy -> policy.get("podSelector").equals(itsPods)).singleElement()
                .satisfies(policy -> {
                    assertThat(policy.get("policyTypes").toString()).isEqualTo("[\"Ingress\",\"Egress\"]");
                    assertThat(policy.has("egress")).isFalse();
                    JsonObject from = policy.getAsJsonArray("ingress").get(0).getAsJsonObject();
                    assertThat(from.getAsJsonArray("from")).singleElement()
                            .satisfies(peer -> assertThat(peer.getAsJsonObject().get("podSelector")).isEqualTo(ourPods));
                });
        assertThat(policies).filteredOn(policy -> policy.get("podSelector").equals(ourPods) && policy.has("egress"))
                .anySatisfy(policy -> assertThat(policy.get("egress").toString()).contains(itsPods.toString()));
    }

    @Test
    void folderOfAUserChangesImageAndEnvironment() {
        JsonObject container = Kustomize.render(Path.of("docs/examples/kubernetes")).stream()
                .filter(document -> document.getString("kind").equals("Deployment")).map(KubernetesManifestsTest::json)
                .map(deployment -> containers(podSpec(new Manifest("example", deployment))).get(0)).findFirst().orElseThrow();

        assertThat(container.get("image").getAsString()).isEqualTo("registry.example.com/lean-authentication-tokens:native");
        assertThat(container.get("env").toString()).containsOnlyOnce("LEAN_ENVIRONMENT").contains("\"production-uae\"");
    }

    /** The caller's token would be refused, or its connection, if one of these differed. */
    @Test
    void tokenOfTheCallerIsWhatTheServiceExpects() {
        JsonObject caller = podSpec(manifest("caller", "apps/v1 Deployment"));
        JsonObject token = projected(caller, "lean-tokens").get(0).getAsJsonObject().getAsJsonObject("serviceAccountToken");
        String settings = manifests().filter(manifest -> manifest.name().equals("service"))
                .map(manifest -> manifest.json().getAsJsonObject("stringData"))
                .filter(data -> data != null && data.has("clients.properties")).findFirst().orElseThrow()
                .get("clients.properties").getAsString();
        JsonObject policy = manifest("service", "networking.k8s.io/v1 NetworkPolicy").json().getAsJsonObject("spec");

        assertThat(settings).contains("issuers.cluster.audience=" + token.get("audience").getAsString() + "\n",
                "issuers.cluster.claims.sub=system:serviceaccount:CHANGE_ME:" + caller.get("serviceAccountName").getAsString()
                        + "\n");
        assertThat(manifest("caller", "v1 ServiceAccount").json().getAsJsonObject("metadata").get("name"))
                .isEqualTo(caller.get("serviceAccountName"));
        assertThat(containers(caller).get(0).get("args").toString()).contains("/run/secrets/lean-tokens/" + token.get("path")
                .getAsString());
        assertThat(manifest("caller", "apps/v1 Deployment").json().getAsJsonObject("spec").getAsJsonObject("template")
                .getAsJsonObject("metadata").getAsJsonObject("labels").entrySet())
                .containsAll(policy.getAsJsonArray("ingress").get(0).getAsJsonObject().getAsJsonArray("from").get(0)
                        .getAsJsonObject().getAsJsonObject("podSelector").getAsJsonObject("matchLabels").entrySet());
    }

    /** A pod has no token for the API server that it does not need, and none that would be accepted here. */
    @Test
    void tokensOfServiceAccountsAreForOnePurpose() {
        JsonObject service = podSpec(manifest("service", "apps/v1 Deployment"));
        JsonObject caller = podSpec(manifest("caller", "apps/v1 Deployment"));

        assertThat(List.of(service, caller))
                .allSatisfy(pod -> assertThat(pod.get("automountServiceAccountToken").getAsBoolean()).isFalse());
        assertThat(projected(service, "cluster").get(0).getAsJsonObject().getAsJsonObject("serviceAccountToken")
                .has("audience")).as("the service's is for the API server").isFalse();
    }

    private static JsonArray projected(JsonObject pod, String volume) {
        return pod.getAsJsonArray("volumes").asList().stream().map(JsonElement::getAsJsonObject)
                .filter(each -> each.get("name").getAsString().equals(volume)).findFirst().orElseThrow()
                .getAsJsonObject("projected").getAsJsonArray("sources");
    }

    private static JsonObject json(io.vertx.core.json.JsonObject document) {
        return JsonParser.parseString(document.encode()).getAsJsonObject();
    }

    private static Manifest manifest(String overlay, String kind) {
        return manifests().filter(manifest -> manifest.name().equals(overlay) && manifest.kind().equals(kind)).findFirst()
                .orElseThrow();
    }

    private static JsonElement nameOf(Manifest manifest) {
        return manifest.json().getAsJsonObject("metadata").get("name");
    }

    private static JsonObject podSpec(Manifest manifest) {
        return manifest.json().getAsJsonObject("spec").getAsJsonObject("template").getAsJsonObject("spec");
    }

    private static int replicas(Manifest manifest) {
        JsonObject spec = manifest.json().getAsJsonObject("spec");
        if (spec.has("replicas")) {
            return spec.get("replicas").getAsInt();
        }
        JsonObject annotations = spec.getAsJsonObject("template").getAsJsonObject("metadata").getAsJsonObject("annotations");
        return Stream.of("autoscaling.knative.dev/max-scale", "autoscaling.knative.dev/maxScale").filter(annotations::has)
                .map(annotations::get).findFirst().orElseThrow().getAsInt();
    }

    private static Optional<JsonObject> service(Manifest manifest) {
        return containers(podSpec(manifest)).stream()
                .filter(container -> container.get("image").getAsString().contains("lean-authentication-tokens"))
                .findFirst();
    }

    private static Optional<String> variable(Manifest manifest, String name) {
        return service(manifest).orElseThrow().getAsJsonArray("env").asList().stream().map(JsonElement::getAsJsonObject)
                .filter(variable -> variable.get("name").getAsString().equals(name))
                .filter(variable -> variable.has("value")).map(variable -> variable.get("value").getAsString()).findFirst();
    }

    private static List<JsonObject> containers(JsonObject pod) {
        List<JsonObject> containers = new ArrayList<>();
        for (String member : List.of("initContainers", "containers")) {
            if (pod.has(member)) {
                pod.getAsJsonArray(member).forEach(container -> containers.add(container.getAsJsonObject()));
            }
        }
        return containers;
    }
}
