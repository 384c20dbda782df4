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

/** The deployment examples are what the Kubernetes API takes: its schemas' fields, types and required members. */
class KubernetesManifestsTest {

    private static final Path FOLDER = Path.of("src/main/kubernetes");

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
    void manifestIsWhatTheApiTakes(Manifest manifest) {
        assertThat(SCHEMAS).containsKey(manifest.kind());
        assertThatCode(() -> SCHEMAS.get(manifest.kind()).validate(manifest.json())).doesNotThrowAnyException();
    }

    @Test
    void schemaRefusesWhatTheApiWouldRefuse() throws IOException {
        JsonObject deployment = manifests().filter(manifest -> manifest.kind().equals("apps/v1 Deployment")).findFirst()
                .orElseThrow().json();
        deployment.getAsJsonObject("spec").addProperty("replica", 1);

        assertThatThrownBy(() -> V1Deployment.validateJsonElement(deployment)).hasMessageContaining("replica");
    }

    /** A Knative service is a pod's specification with two members more (Knative Serving API, RevisionSpec). */
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
        // The name of a Knative container may be left out; of a pod's it may not.
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
