package dev.leantokens.testing;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * @param name the file's name
 * @param variables the variables of the container; empty if the value comes from a secret or from the shell
 * @param files the contents of the mounted files by path; empty if the secret is not in the manifest
 */
public record Deployment(String name, Map<String, String> variables, Map<String, String> files) {

    private static final String IMAGE = "lean-authentication-tokens";

    @Override
    public String toString() {
        return name;
    }

    /** @return all deployment examples */
    public static Stream<Deployment> all() {
        try (Stream<Path> manifests = Files.list(Path.of("src/main/kubernetes"))) {
            return Stream.concat(Stream.of(compose(Path.of("src/main/docker/compose.yaml"))),
                    manifests.filter(file -> file.toString().endsWith(".yaml")).sorted().map(Deployment::kubernetes).toList()
                            .stream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Deployment compose(Path file) {
        JsonObject environment = documents(file).get(0).getJsonObject("services").getJsonObject("tokens")
                .getJsonObject("environment");
        Map<String, String> variables = new LinkedHashMap<>();
        environment.forEach(variable -> variables.put(variable.getKey(),
                // ${NAME:-default}, or ${NAME:?what it is}
                variable.getValue().toString().replaceFirst("\\$\\{[A-Z_]+:-(.*)}", "$1").replaceFirst("\\$\\{.*}", "")));
        return new Deployment(file.getFileName().toString(), variables, Map.of());
    }

    private static Deployment kubernetes(Path file) {
        List<JsonObject> documents = documents(file);
        JsonObject pod = documents.stream().map(document -> document.getJsonObject("spec", new JsonObject()))
                .filter(spec -> spec.containsKey("template")).findFirst().orElseThrow()
                .getJsonObject("template").getJsonObject("spec");
        JsonObject container = Stream.of("initContainers", "containers").flatMap(kind -> objects(pod.getJsonArray(kind)))
                .filter(each -> each.getString("image").contains(IMAGE)).findFirst().orElseThrow();

        Map<String, String> variables = new LinkedHashMap<>();
        objects(container.getJsonArray("env"))
                .forEach(variable -> variables.put(variable.getString("name"), variable.getString("value", "")));

        Map<String, String> files = new TreeMap<>();
        objects(container.getJsonArray("volumeMounts")).forEach(mount -> {
            JsonObject secret = objects(pod.getJsonArray("volumes"))
                    .filter(volume -> volume.getString("name").equals(mount.getString("name"))).findFirst().orElseThrow()
                    .getJsonObject("secret");
            Map<String, String> contents = secret(documents, secret.getString("secretName"));
            if (secret.containsKey("items")) {
                objects(secret.getJsonArray("items")).forEach(item -> files.put(
                        mount.getString("mountPath") + "/" + item.getString("path"),
                        contents.getOrDefault(item.getString("key"), "")));
            } else {
                contents.forEach((key, content) -> files.put(mount.getString("mountPath") + "/" + key, content));
            }
        });
        return new Deployment(file.getFileName().toString(), variables, files);
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

    /** @return the documents of a YAML file */
    public static List<JsonObject> documents(Path file) {
        List<JsonObject> documents = new ArrayList<>();
        try (Reader reader = Files.newBufferedReader(file)) {
            for (Object document : new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(reader)) {
                @SuppressWarnings("unchecked")
                Map<String, Object> members = (Map<String, Object>) document;
                documents.add(new JsonObject(members));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return documents;
    }
}
