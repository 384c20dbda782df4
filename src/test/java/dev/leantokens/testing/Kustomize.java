package dev.leantokens.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.vertx.core.json.JsonObject;

/** Renders the deployment examples for Kubernetes by {@code kubectl kustomize}. Not every machine has it. */
public final class Kustomize {

    private static final Path OVERLAYS = Path.of("src/main/kubernetes/overlays");
    /** Earlier versions lack components, or the change of a kind. */
    private static final Pattern NEW_ENOUGH = Pattern.compile("\"kustomizeVersion\": \"v([5-9]|\\d{2,})\\.");
    private static final Map<Path, String> RENDERED = new ConcurrentHashMap<>();

    private Kustomize() {
    }

    /** @return whether kubectl is installed, with Kustomize 5 or later */
    public static boolean isInstalled() {
        try {
            return NEW_ENOUGH.matcher(run("kubectl", "version", "--client", "--output=json")).find();
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** @return the folders of all overlays */
    public static Stream<Path> overlays() {
        try (Stream<Path> folders = Files.list(OVERLAYS)) {
            return folders.sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the manifests of an overlay */
    public static List<JsonObject> render(Path overlay) {
        return Deployment
                .documents(RENDERED.computeIfAbsent(overlay, folder -> run("kubectl", "kustomize", folder.toString())));
    }

    /** @return what the command prints; warnings are errors */
    private static String run(String... command) {
        try {
            Process process = new ProcessBuilder(command).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0 || !errors.isEmpty()) {
                throw new AssertionError(String.join(" ", command) + ": " + errors);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
