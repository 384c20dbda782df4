package dev.leantokens.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Rules for the containers of Compose. {@code DeploymentsIT} runs the service with their variables. */
class ComposeFileTest {

    private static final Path FILE = Path.of("src/main/docker/compose.yaml");

    private static JsonObject file() throws IOException {
        try (Reader reader = Files.newBufferedReader(FILE)) {
            Map<String, Object> members = new Yaml(new SafeConstructor(new LoaderOptions())).load(reader);
            return new JsonObject(members);
        }
    }

    private static JsonObject service(String name) throws IOException {
        return file().getJsonObject("services").getJsonObject(name);
    }

    static Stream<String> services() throws IOException {
        return file().getJsonObject("services").fieldNames().stream();
    }

    @ParameterizedTest
    @MethodSource("services")
    void containersAreConfined(String name) throws IOException {
        JsonObject service = service(name);

        assertThat(service.getBoolean("read_only")).isTrue();
        assertThat(service.getJsonArray("cap_drop")).containsExactly("ALL");
        assertThat(service.getJsonArray("security_opt")).containsExactly("no-new-privileges:true");
        assertThat(service.getString("mem_limit")).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("services")
    void portsArePublishedOnTheLoopbackAddressOnly(String name) throws IOException {
        assertThat(service(name).getJsonArray("ports", new JsonArray())).allSatisfy(port -> assertThat(port.toString())
                .startsWith("127.0.0.1:"));
    }

    /** Several containers of one service cannot publish the same port. */
    @Test
    void eachReplicaHasAPortOfARange() throws IOException {
        JsonObject replica = service("replica");

        assertThat(replica.getInteger("scale")).isGreaterThan(1);
        assertThat(replica.getJsonArray("ports")).hasSize(2).allSatisfy(port -> assertThat(port.toString())
                .matches("127\\.0\\.0\\.1:(8081-8089:8080|9091-9099:9090)"));
    }

    @Test
    void otherServicesStartOnRequestOnly() throws IOException {
        JsonObject services = file().getJsonObject("services");

        assertThat(services.fieldNames()).filteredOn(name -> !services.getJsonObject(name).containsKey("profiles"))
                .containsExactly("tokens");
    }

    @Test
    void onlyReplicasReachValkey() throws IOException {
        assertThat(service("valkey").getJsonArray("networks")).containsExactly("store");
        assertThat(service("valkey").containsKey("ports")).isFalse();
        assertThat(file().getJsonObject("networks").getJsonObject("store").getBoolean("internal")).isTrue();
        assertThat(service("tokens").containsKey("networks")).isFalse();
    }

    /** Compose creates a folder in place of a file that is missing. */
    @ParameterizedTest
    @MethodSource("services")
    void mountedFilesExistAndAreReadOnly(String name) throws IOException {
        assertThat(service(name).getJsonArray("volumes", new JsonArray())).map(Object::toString).allSatisfy(volume -> {
            assertThat(volume).endsWith(":ro");
            assertThat(FILE.resolveSibling(volume.split(":")[0])).isRegularFile();
        });
    }

    @ParameterizedTest
    @MethodSource("services")
    void imagesHaveAFixedTag(String name) throws IOException {
        assertThat(service(name).getString("image"))
                .matches("lean-authentication-tokens:native|docker\\.io/.+:v?\\d+\\.\\d+\\.\\d+.*");
    }

    /** What the containers of the profile say of each other is in files of theirs. */
    @Test
    void monitoringContainersFindEachOther() throws IOException {
        JsonObject services = file().getJsonObject("services");
        List<String> hosts = Stream.of("prometheus.yml", "grafana/datasources.yml").map(ComposeFileTest::observability)
                .flatMap(text -> Pattern.compile("(?:http://|targets: \\[)(\\w+):\\d+").matcher(text).results())
                .map(host -> host.group(1)).toList();

        assertThat(hosts).containsExactly("tokens", "prometheus").allMatch(services::containsKey);
        assertThat(services.fieldNames().stream().filter(name -> services.getJsonObject(name).getJsonArray("profiles",
                new JsonArray()).contains("observability"))).containsExactlyInAnyOrder("prometheus", "grafana", "collector");
        assertThat(service("grafana").getJsonArray("volumes").toString()).contains(observability("grafana/dashboards.yml")
                .lines()
                .filter(line -> line.contains("path:")).map(line -> line.strip().substring("path: ".length())).findFirst()
                .orElseThrow());
    }

    private static String observability(String file) {
        try {
            return Files.readString(Path.of("src/main/observability").resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** KubernetesManifestsTest checks the options there. */
    @Test
    void valkeyStartsAsInTheCluster() throws IOException {
        String manifest = Files.readString(Path.of("src/main/kubernetes/overlays/fleet/valkey.yaml"));
        List<Object> options = service("valkey").getJsonArray("command").stream().toList();

        assertThat(manifest).contains("image: " + service("valkey").getString("image") + "\n");
        assertThat(options).containsSequence("--save", "", "--appendonly", "no", "--maxmemory", "64mb", "--maxmemory-policy",
                "noeviction");
    }
}
