package dev.leantokens.packaged;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.Certificates.Authority;
import dev.leantokens.testing.Deployment;
import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RawHttp;
import dev.leantokens.testing.RawServer;
import dev.leantokens.testing.StatelessMcp;
import dev.leantokens.testing.TestIssuer;

/** The packaged application runs with the variables of each deployment example, and without a writable folder. */
class DeploymentsIT {

    private static final String MAIN_PORT = "8080";
    /** Compose has no other way to leave out a variable. */
    private static final String OFF_IF_EMPTY = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private static final String CLIENTS_SECRET = "payments-s3cr3t-never-to-be-seen";

    private static final String NAMESPACE = "shop";
    private static final String API_SERVER = "https://kubernetes.default.svc/";
    private static final String SERVICES_TOKEN = "service-account-s3cr3t-never-to-be-seen";

    private static final LeanStub LEAN = new LeanStub();
    private static final Authority CLUSTER = new Authority("cluster");
    private static final TestIssuer ISSUER = new TestIssuer("https://kubernetes.default.svc.cluster.local");

    @TempDir
    Path folder;

    /** Answers only the service's own token, as the API server does. */
    private final RawServer apiServer = RawServer.start(Certificates.context(CLUSTER.issue("api", "localhost")));

    @BeforeEach
    void startApiServer() {
        apiServer.answersOnce((out, request) -> out.write(
                request.head().startsWith("GET /openid/v1/jwks ")
                        && request.head().contains("Bearer " + SERVICES_TOKEN + "\r\n")
                                ? RawServer.response("200 OK", ISSUER.jwks(), "Content-Type: application/jwk-set+json")
                                : RawServer.response("403 Forbidden", "")));
    }

    @AfterEach
    void stopApiServer() {
        apiServer.close();
    }

    @BeforeAll
    static void startLean() {
        LEAN.start();
    }

    @AfterAll
    static void stopLean() {
        LEAN.stop();
    }

    static Stream<Deployment> deployments() {
        return Deployment.all();
    }

    @ParameterizedTest
    @MethodSource("deployments")
    void deploymentServesWithItsManifest(Deployment deployment) throws IOException, InterruptedException {
        Map<String, String> environment = environment(deployment);
        if (deployment.store().isEmpty()) {
            serves(environment);
            return;
        }
        try (DeployedStore store = DeployedStore.start(deployment.store().get(), folder)) {
            environment.computeIfPresent("STORE_URL", (variable, url) -> store.url(url));
            serves(environment);
            assertThat(store.keys()).as("the token and its call, with the commands that the user of the manifest has")
                    .allMatch(key -> key.startsWith("lean-tokens:"))
                    .anyMatch(key -> key.contains("}:t:")).anyMatch(key -> key.endsWith("}:calls"));
        }
    }

    private void serves(Map<String, String> environment) throws IOException, InterruptedException {
        int port = Integer.parseInt(environment.get("PORT"));
        int mcpPort = Integer.parseInt(environment.get("MCP_PORT"));
        Path closed = Files.createDirectory(folder.resolve("closed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));

        try (PackagedApplication application = PackagedApplication.startReadOnly(closed, environment)) {
            String[] headers = headers(environment);
            RawHttp.Response token = RawHttp.post(RawHttp.LOOPBACK, port, "/v1/oauth2/token", "application/json",
                    "{\"scope\":\"api\"}", headers);
            assertThat(token.status()).as(token.body()).isEqualTo(200);
            assertThat(StatelessMcp.result(new StatelessMcp(mcpPort).call(RawHttp.LOOPBACK, "api", "", headers))
                    .getBoolean("isError")).isFalse();
            if (environment.containsKey("ACCESS_CLIENTS_FILE")) {
                podsAreServed(port, headers[0]);
            }

            for (String probe : List.of("started", "live", "ready")) {
                assertThat(healthCheck(environment, probe)).as(probe).isZero();
            }
            boolean everywhere = !RawHttp.LOOPBACK.equals(environment.get("QUARKUS_HTTP_HOST"));
            assertThat(listensAt(RawHttp.ELSEWHERE, port)).as("the main port accepts connections from elsewhere")
                    .isEqualTo(everywhere);
            assertThat(listensAt(RawHttp.ELSEWHERE, mcpPort)).as("the MCP port accepts connections from elsewhere")
                    .isEqualTo(everywhere);

            assertThat(application.linesOf("WARN")).allMatch(line -> line.contains("ACCESS_ANONYMOUS=always"));
            assertThat(application.linesOf("ERROR")).isEmpty();
            assertThat(application.log()).doesNotContain(DeployedStore.KEY, DeployedStore.PASSWORD, SERVICES_TOKEN);
            assertThat(closed).isEmptyDirectory();
            assertThat(application.log().contains("set LEAN_REQUESTS_PER_MINUTE to the share"))
                    .as("the log says that the budget is not shared")
                    .isNotEqualTo(environment.containsKey("LEAN_REQUESTS_PER_MINUTE") || environment.containsKey("STORE_URL"));
        }
    }

    /** By a token as Kubernetes projects it into the pod of docs/examples/kubernetes/caller. */
    private static void podsAreServed(int port, String host) {
        assertThat(statusFor("system:serviceaccount:" + NAMESPACE + ":payments", port, host)).isEqualTo(200);
        assertThat(statusFor("system:serviceaccount:" + NAMESPACE + ":other", port, host)).isEqualTo(401);
        assertThat(statusFor("system:serviceaccount:CHANGE_ME:payments", port, host)).isEqualTo(401);
    }

    private static int statusFor(String serviceAccount, int port, String host) {
        return RawHttp.post(RawHttp.LOOPBACK, port, "/v1/oauth2/token", "application/json", "{\"scope\":\"api\"}", host,
                "Authorization: Bearer " + ISSUER.token(serviceAccount, Map.of())).status();
    }

    /** @return the variables of the deployment, with the stub as Lean, free ports, and files in the folder of the test */
    private Map<String, String> environment(Deployment deployment) throws IOException {
        Map<String, String> environment = new HashMap<>(deployment.variables());
        environment.replace("LEAN_CLIENT_ID", LeanStub.CLIENT_ID);
        environment.replace("LEAN_CLIENT_SECRET", LeanStub.CLIENT_SECRET);
        environment.replace("STORE_KEY", DeployedStore.KEY);
        environment.put("LEAN_URL", LEAN.url());

        String port = Integer.toString(FreePorts.next());
        boolean onePort = MAIN_PORT.equals(deployment.variables().get("MCP_PORT"));
        environment.put("PORT", port);
        environment.put("MCP_PORT", onePort ? port : Integer.toString(FreePorts.next()));

        for (Map.Entry<String, String> mounted : deployment.files().entrySet()) {
            Path file = folder.resolve(mounted.getKey().substring(1));
            Files.createDirectories(file.getParent());
            Files.writeString(file, content(mounted).replace("/run/secrets/", folder + "/run/secrets/"));
            environment.replaceAll((variable, value) -> value.equals(mounted.getKey()) ? file.toString() : value);
        }
        assertThat(environment).as("each variable has a value, and each named file is mounted")
                .allSatisfy(
                        (variable, value) -> assertThat(value.isEmpty()).as(variable).isEqualTo(variable.equals(OFF_IF_EMPTY)))
                .allSatisfy((variable, value) -> assertThat(value).doesNotStartWith("/run/"));
        return environment;
    }

    /** @return the content of a mounted file, with values that work in place of its placeholders and of what the cluster has */
    private String content(Map.Entry<String, String> mounted) {
        return switch (Path.of(mounted.getKey()).getFileName().toString()) {
            case "client-secret" -> LeanStub.CLIENT_SECRET;
            case "clients.properties" -> mounted.getValue().replaceFirst("payments\\.secret=.*",
                    "payments.secret=" + CLIENTS_SECRET).replace(":CHANGE_ME:", ":" + NAMESPACE + ":")
                    .replace(API_SERVER, apiServer.url() + "/");
            case "token" -> SERVICES_TOKEN;
            case "ca.crt" -> CLUSTER.pem();
            case "key" -> DeployedStore.KEY;
            case "password" -> DeployedStore.PASSWORD;
            case "users.acl" -> DeployedStore.users(mounted.getValue());
            default -> throw new AssertionError("an unknown file: " + mounted.getKey());
        };
    }

    private static String[] headers(Map<String, String> environment) {
        List<String> headers = new ArrayList<>();
        if (environment.containsKey("ALLOWED_HOSTS")) {
            headers.add("Host: " + environment.get("ALLOWED_HOSTS").split(",")[0]);
        }
        if (environment.containsKey("ACCESS_CLIENTS_FILE")) {
            headers.add("Authorization: Bearer " + CLIENTS_SECRET);
        }
        return headers.toArray(String[]::new);
    }

    private static int healthCheck(Map<String, String> environment, String probe) throws IOException, InterruptedException {
        ProcessBuilder script = new ProcessBuilder("bash", "src/main/docker/healthcheck.sh", probe).inheritIO();
        script.environment().putAll(environment);
        return script.start().waitFor();
    }

    private static boolean listensAt(String address, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 5000);
            return true;
        } catch (ConnectException e) {
            return false;
        }
    }
}
