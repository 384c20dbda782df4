package dev.leantokens.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * A deployment example, as seen by the container of the service.
 *
 * @param name the overlay's name, or the file's with the service in it
 * @param variables the variables of the container; empty if the value comes from a secret or from the shell
 * @param files the contents of the mounted files by path, Valkey's too; empty if they are not in the manifest
 * @param store the options with which Valkey starts, if the deployment has one
 */
public record Deployment(String name, Map<String, String> variables, Map<String, String> files, Optional<List<String>> store) {

    private static final Path COMPOSE = Path.of("src/main/docker/compose.yaml");
    private static final String IMAGE = "lean-authentication-tokens";
    private static final String STORE_IMAGE = "valkey";

    @Override
    public String toString() {
        return name;
    }

    /** @return all deployment examples; those for Kubernetes only on a machine that can render them */
    public static Stream<Deployment> all() {
        Stream<Deployment> compose = Stream.of("tokens", "replica").map(Deployment::compose);
        return Kustomize.isInstalled() ? Stream.concat(compose, Kustomize.overlays().map(Deployment::kubernetes)) : compose;
    }

    private static Deployment compose(String service) {
        JsonObject services = documents(read(COMPOSE)).get(0).getJsonObject("services");
        Map<String, String> variables = new LinkedHashMap<>();
        services.getJsonObject(service).getJsonObject("environment").forEach(variable -> variables.put(variable.getKey(),
                // ${NAME:-default}, or ${NAME:?what it is}
                variable.getValue().toString().replaceFirst("\\$\\{[A-Z_]+:-(.*)}", "$1").replaceFirst("\\$\\{.*}", "")));
        Optional<List<String>> store = variables.containsKey("STORE_URL")
                ? Optional.of(strings(services.getJsonObject(STORE_IMAGE).getJsonArray("command")).skip(1).toList())
                : Optional.empty();
        return new Deployment(COMPOSE.getFileName() + " " + service, variables, Map.of(), store);
    }

    private static Deployment kubernetes(Path overlay) {
        List<JsonObject> documents = Kustomize.render(overlay);
        JsonObject pod = pod(documents, IMAGE).orElseThrow();
        Map<String, String> variables = new LinkedHashMap<>();
        objects(container(pod, IMAGE).orElseThrow().getJsonArray("env"))
                .forEach(variable -> variables.put(variable.getString("name"), variable.getString("value", "")));

        Map<String, String> files = new TreeMap<>(files(documents, pod, IMAGE));
        Optional<JsonObject> store = pod(documents, STORE_IMAGE);
        store.ifPresent(other -> files.putAll(files(documents, other, STORE_IMAGE)));
        return new Deployment(overlay.getFileName().toString(), variables, files,
                store.map(other -> strings(container(other, STORE_IMAGE).orElseThrow().getJsonArray("args")).toList()));
    }

    private static Optional<JsonObject> pod(List<JsonObject> documents, String image) {
        return documents.stream().map(document -> document.getJsonObject("spec", new JsonObject()))
                .filter(spec -> spec.containsKey("template"))
                .map(spec -> spec.getJsonObject("template").getJsonObject("spec"))
                .filter(pod -> container(pod, image).isPresent()).findFirst();
    }

    private static Optional<JsonObject> container(JsonObject pod, String image) {
        return Stream.of("initContainers", "containers").flatMap(kind -> objects(pod.getJsonArray(kind)))
                .filter(each -> each.getString("image").contains(image)).findFirst();
    }

    private static Map<String, String> files(List<JsonObject> documents, JsonObject pod, String image) {
        Map<String, String> files = new TreeMap<>();
        objects(container(pod, image).orElseThrow().getJsonArray("volumeMounts")).forEach(mount -> {
            JsonObject mounted = objects(pod.getJsonArray("volumes"))
                    .filter(volume -> volume.getString("name").equals(mount.getString("name"))).findFirst().orElseThrow();
            if (mounted.containsKey("projected")) {
                projected(mounted.getJsonObject("projected"))
                        .forEach(path -> files.put(mount.getString("mountPath") + "/" + path, ""));
                return;
            }
            JsonObject secret = mounted.getJsonObject("secret");
            Map<String, String> contents = secret(documents, secret.getString("secretName"));
            if (secret.containsKey("items")) {
                objects(secret.getJsonArray("items")).forEach(item -> files.put(
                        mount.getString("mountPath") + "/" + item.getString("path"),
                        contents.getOrDefault(item.getString("key"), "")));
            } else {
                contents.forEach((key, content) -> files.put(mount.getString("mountPath") + "/" + key, content));
            }
        });
        return files;
    }

    /** @return the paths of files that the cluster provides */
    private static Stream<String> projected(JsonObject volume) {
        return objects(volume.getJsonArray("sources")).flatMap(source -> source.containsKey("serviceAccountToken")
                ? Stream.of(source.getJsonObject("serviceAccountToken").getString("path"))
                : objects(source.getJsonObject("configMap").getJsonArray("items")).map(item -> item.getString("path")));
    }

    private static Map<String, String> secret(List<JsonObject> documents, String name) {
        Map<String, String> contents = new TreeMap<>();
        documents.stream().filter(document -> document.getString("kind").equals("Secret")
                && document.getJsonObject("metadata").getString("name").equals(name))
                .forEach(document -> document.getJsonObject("stringData")
                        .forEach(entry -> contents.put(entry.getKey(), entry.getValue().toString())));
        return contents;
    }

    private static Stream<JsonObject> objects(JsonArray array) {
        return array == null ? Stream.empty() : array.stream().map(JsonObject.class::cast);
    }

    private static Stream<String> strings(JsonArray array) {
        return array.stream().map(String.class::cast);
    }

    /** @return the documents of a YAML text */
    static List<JsonObject> documents(String yaml) {
        List<JsonObject> documents = new ArrayList<>();
        for (Object document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(yaml)) {
            @SuppressWarnings("unchecked")
            Map<String, Object> members = (Map<String, Object>) document;
            documents.add(new JsonObject(members));
        }
        return documents;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
