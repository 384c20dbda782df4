package dev.leantokens.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Secret;
import io.kubernetes.client.openapi.models.V1Service;

/** Validates the deployment examples against the schemas of the Kubernetes API: fields, types and required members. */
class KubernetesManifestsTest {

    private static final Path FOLDER = Path.of("src/main/kubernetes");

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

    private static final Map<String, Schema> SCHEMAS = Map.of(
            "v1 Secret", V1Secret::validateJsonElement,
            "v1 Service", V1Service::validateJsonElement,
            "apps/v1 Deployment", V1Deployment::validateJsonElement,
            "networking.k8s.io/v1 NetworkPolicy", V1NetworkPolicy::validateJsonElement,
            "serving.knative.dev/v1 Service", KubernetesManifestsTest::validateKnativeService);

    static Stream<Manifest> manifests() throws IOException {
        List<Manifest> manifests = new ArrayList<>();
        try (Stream<Path> files = Files.list(FOLDER)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".yaml")).sorted().toList()) {
                try (Reader reader = Files.newBufferedReader(file)) {
                    for (Object document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(reader)) {
                        manifests.add(new Manifest(file.getFileName().toString(),
                                new Gson().toJsonTree(document).getAsJsonObject()));
                    }
                }
            }
        }
        return manifests.stream();
    }

    static Stream<Manifest> podSpecs() throws IOException {
        return manifests().filter(manifest -> manifest.json().getAsJsonObject("spec") != null
                && manifest.json().getAsJsonObject("spec").has("template"));
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void manifestMatchesTheSchemasOfTheApi(Manifest manifest) {
        assertThat(SCHEMAS).containsKey(manifest.kind());
        assertThatCode(() -> SCHEMAS.get(manifest.kind()).validate(manifest.json())).doesNotThrowAnyException();
    }

    @Test
    void schemaRefusesAnInvalidManifest() throws IOException {
        JsonObject deployment = manifests().filter(manifest -> manifest.kind().equals("apps/v1 Deployment")).findFirst()
                .orElseThrow().json();
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
        if (manifest.name().equals("cloudrun.yaml")) {
            // Its API does not support the field, and it has no Kubernetes Services.
            assertThat(podSpec(manifest).has("enableServiceLinks")).isFalse();
        } else {
            assertThat(podSpec(manifest).get("enableServiceLinks").getAsBoolean()).isFalse();
        }
    }

    /** Lean counts calls per client id, but each process counts only its own. */
    @ParameterizedTest
    @MethodSource("podSpecs")
    void replicasTogetherStayWithinTheBudget(Manifest manifest) {
        int replicas = replicas(manifest);
        int share = variable(manifest, "LEAN_REQUESTS_PER_MINUTE").map(Integer::parseInt).orElse(LEAN_ALLOWS);

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
    @MethodSource("podSpecs")
    void executableHasTheMemoryForItsLoad(Manifest manifest) {
        JsonObject resources = service(manifest).getAsJsonObject("resources");
        String limit = resources.getAsJsonObject("limits").get("memory").getAsString();

        if (manifest.name().equals("cloudrun.yaml")) {
            assertThat(limit).as("the minimum of Cloud Run").isEqualTo("128Mi");
        } else {
            assertThat(limit).isEqualTo("96Mi");
            assertThat(resources.getAsJsonObject("requests").get("memory").getAsString()).isEqualTo("64Mi");
        }
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

    private static JsonObject service(Manifest manifest) {
        return containers(podSpec(manifest)).stream()
                .filter(container -> container.get("image").getAsString().contains("lean-authentication-tokens"))
                .findFirst().orElseThrow();
    }

    private static Optional<String> variable(Manifest manifest, String name) {
        return service(manifest).getAsJsonArray("env").asList().stream().map(JsonElement::getAsJsonObject)
                .filter(variable -> variable.get("name").getAsString().equals(name))
                .map(variable -> variable.get("value").getAsString()).findFirst();
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
