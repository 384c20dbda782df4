package dev.leantokens.packaged;

import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;

import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.LeanStub;
import dev.leantokens.testing.RudeLean;

/**
 * The skill's script gets a token from the packaged application, without showing it, and fails safely if another program
 * answers at the address.
 */
class GetTokenScriptIT {

    private static final Path SKILL = Path.of("src/main/resources/agent-skills/lean-generate-access-token").toAbsolutePath();
    private static final String SCRIPT = SKILL.resolve("scripts/get-token.sh").toString();
    private static final String SECRET = "s3cr3t \"of\" $(payments) never-to-be-seen";
    private static final Pattern SHELL_BLOCK = Pattern.compile("```shell\n(.*?)```", Pattern.DOTALL);
    private static final String TOKEN_MEMBERS = "\"token_type\":\"Bearer\",\"expires_in\":3599";

    private static final LeanStub LEAN = new LeanStub();
    /** Answers in place of the service. */
    private static final RudeLean OTHER = new RudeLean();
    private static PackagedApplication application;
    private static String otherUrl;

    @TempDir
    Path folder;

    /** What a run of the script ended with. */
    private record Result(int code, String out, String err) {

        String all() {
            return out + err;
        }
    }

    @BeforeAll
    static void start() {
        otherUrl = OTHER.start().get("lean.url");
        LEAN.start();
        application = PackagedApplication.start(Map.of("LEAN_CLIENT_ID", LeanStub.CLIENT_ID, "LEAN_CLIENT_SECRET",
                LeanStub.CLIENT_SECRET, "LEAN_URL", LEAN.url(), "ACCESS_CLIENTS_PAYMENTS_SECRET", SECRET,
                "ACCESS_CLIENTS_PAYMENTS_SCOPES", "customer.*"));
    }

    @AfterAll
    static void stop() {
        application.close();
        LEAN.stop();
        OTHER.stop();
    }

    @BeforeEach
    void reset() {
        assumeThat(isInstalled("sh") && isInstalled("curl")).as("a POSIX shell and curl are installed").isTrue();
        LEAN.reset();
        OTHER.reset();
    }

    static Stream<List<String>> shells() {
        return Stream.of(List.of("sh"), List.of("dash"), List.of("bash"), List.of("bash", "--posix"), List.of("busybox", "sh"))
                .filter(shell -> isInstalled(shell.get(0)));
    }

    private static boolean isInstalled(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
    }

    private String url() {
        return "http://localhost:" + application.port();
    }

    private Result script(Map<String, String> environment, String... arguments) {
        return run(List.of("sh"), environment, arguments);
    }

    private Result service(String... arguments) {
        return script(Map.of("LEAN_TOKENS_URL", url()), arguments);
    }

    private Result other(String... arguments) {
        return script(Map.of("LEAN_TOKENS_URL", otherUrl), arguments);
    }

    private Result run(List<String> shell, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(shell);
        command.add(SCRIPT);
        command.addAll(List.of(arguments));
        return start(command, folder, environment);
    }

    private Result start(List<String> command, Path workingDirectory, Map<String, String> environment) {
        try {
            Path out = Files.createTempFile("script", ".out");
            Path err = Files.createTempFile("script", ".err");
            ProcessBuilder builder = new ProcessBuilder(command).directory(workingDirectory.toFile())
                    .redirectInput(Files.writeString(Files.createTempFile("script", ".in"), "the input").toFile())
                    .redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().put("HOME", folder.toString());
            builder.environment().putAll(environment);
            Process process = builder.start();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the script does not end: " + Files.readString(err));
            }
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private Path file(String name, String text, String permissions) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    private void assertIsTokenForMeOnly(Path file) throws IOException {
        assertThat(Files.readString(file)).isEqualTo(LeanStub.TOKEN + "\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void tokenIsWrittenToAFileForMeOnly(List<String> shell) throws IOException {
        Result result = run(shell, Map.of("LEAN_TOKENS_URL", url()), "--scope", "api", "--output", "-token");

        assertThat(result).isEqualTo(new Result(0, "", ""));
        assertIsTokenForMeOnly(folder.resolve("-token"));
        assertThat(files()).containsExactly("-token");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void commandGetsTheTokenAndNothingElse(List<String> shell) {
        Result result = run(shell,
                Map.of("LEAN_TOKENS_CLIENT_ID", "payments", "LEAN_TOKENS_CLIENT_SECRET", SECRET, "token", "x"),
                "--scope=customer.17", "--url=" + url() + "/v1/oauth2/token", "--", "sh", "-c",
                "env; umask; cat; echo \"$1\"; exit 42", "name", "an  argument");

        assertThat(result.code()).isEqualTo(42);
        assertThat(result.out()).contains("LEAN_ACCESS_TOKEN=" + LeanStub.TOKEN, "the input", "an  argument", "0022")
                .doesNotContain(SECRET).doesNotContain("\ntoken=");
        assertThat(result.out().split(Pattern.quote(LeanStub.TOKEN), -1)).as("the token is there once").hasSize(2);
    }

    @ParameterizedTest
    @MethodSource("shells")
    void traceShowsNeitherSecretsNorTokens(List<String> shell) throws IOException {
        List<String> traced = new ArrayList<>(shell);
        traced.addAll(List.of("-x", "-v", "-a"));
        Result result = run(traced, Map.of("LEAN_TOKENS_URL", url(), "LEAN_TOKENS_CLIENT_ID", "payments",
                "LEAN_TOKENS_CLIENT_SECRET", SECRET), "--scope", "customer.17", "--output", "token");

        assertThat(result.code()).isZero();
        assertThat(result.all()).doesNotContain("never-to-be-seen");
        assertIsTokenForMeOnly(folder.resolve("token"));
    }

    /** Programs that the script calls record the arguments of all processes first. */
    @ParameterizedTest
    @MethodSource("shells")
    void noProcessHasSecretsOrTokensAsArguments(List<String> shell) throws IOException {
        assumeThat(Path.of("/proc/self/cmdline")).exists();
        Path programs = Files.createDirectory(folder.resolve("programs"));
        for (String program : List.of("curl", "awk", "sed", "tr", "head", "mv", "rm", "cat")) {
            Path wrapper = Files.writeString(programs.resolve(program), """
                    #!/bin/sh
                    for file in /proc/[0-9]*/cmdline; do
                        { /usr/bin/tr '\\0' ' ' < "$file"; echo; } >> "$RECORD"
                    done 2> /dev/null
                    PATH=${PATH#*:}
                    exec "${0##*/}" "$@"
                    """);
            Files.setPosixFilePermissions(wrapper, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Path record = folder.resolve("record");

        Result result = run(shell, Map.of("PATH", programs + ":" + System.getenv("PATH"), "RECORD", record.toString(),
                "LEAN_TOKENS_CLIENT_ID", "payments", "LEAN_TOKENS_CLIENT_SECRET", SECRET), "--url", url(), "--scope",
                "customer.17", "--output", "token");

        assertThat(result).isEqualTo(new Result(0, "", ""));
        assertThat(Files.readString(record)).contains("curl -q --config - ", "mv -f ").doesNotContain("never-to-be-seen");
    }

    @Test
    void otherFilesAreReplacedAndLinksAreNotFollowed() throws IOException {
        file("open", "old", "rw-r--r--");
        Path target = file("target", "old", "rw-r--r--");
        Files.createSymbolicLink(folder.resolve("link"), target);

        for (String name : List.of("open", "link")) {
            assertThat(service("--scope", "api", "--output", folder.resolve(name).toString()))
                    .isEqualTo(new Result(0, "", ""));
            assertThat(Files.isSymbolicLink(folder.resolve(name))).isFalse();
            assertIsTokenForMeOnly(folder.resolve(name));
        }
        assertThat(target).hasContent("old");
        assertThat(files()).containsExactly("link", "open", "target");
    }

    /** The pipe has the name of the script's temporary file: its process id is known before. */
    @ParameterizedTest
    @MethodSource("shells")
    void pipeOfSomebodyElseGetsNoToken(List<String> shell) throws IOException {
        assumeThat(isInstalled("mkfifo")).isTrue();
        List<String> command = new ArrayList<>(
                List.of("sh", "-c", "mkfifo -m 666 \"token.$$\" && exec 3<> \"token.$$\" && exec \"$@\"", "sh"));
        command.addAll(shell);
        command.addAll(List.of(SCRIPT, "--scope", "api", "--output", "token"));

        Result result = start(command, folder, Map.of("LEAN_TOKENS_URL", otherUrl));

        assertThat(result.code()).isEqualTo(9);
        assertThat(OTHER.requests()).isEmpty();
        assertThat(files()).singleElement().asString().startsWith("token.");
    }

    @ParameterizedTest
    @MethodSource("shells")
    void optionsOfTheShellChangeNothing(List<String> shell) throws IOException {
        Map<String, String> environment = Map.of("LEAN_TOKENS_URL", url(), "LEAN_TOKENS_CLIENT_ID", "payments",
                "LEAN_TOKENS_CLIENT_SECRET", SECRET);
        List<String> strict = new ArrayList<>(shell);
        strict.addAll(List.of("-a", "-e", "-u", "-f", "-C"));

        Result command = run(strict, environment, "--scope", "customer.17", "--", "env");
        assertThat(command.code()).isZero();
        assertThat(command.out()).contains("LEAN_ACCESS_TOKEN=" + LeanStub.TOKEN).doesNotContain(SECRET);
        assertThat(command.out().split(Pattern.quote(LeanStub.TOKEN), -1)).as("the token is there once").hasSize(2);
        assertThat(run(strict, environment, "--scope", "customer.17", "--output", "token")).isEqualTo(new Result(0, "", ""));
        assertIsTokenForMeOnly(folder.resolve("token"));
        assertThat(run(strict, environment, "--scope", "api", "--print").code()).isEqualTo(3);
    }

    /** A shell without a built-in {@code printf} would pass secrets to a program as arguments. */
    @Test
    void shellWithoutPrintfGetsNoSecret() throws IOException {
        assumeThat(isInstalled("bash")).isTrue();
        Path programs = Files.createDirectory(folder.resolve("programs"));
        Path record = folder.resolve("record");
        Path program = Files.writeString(programs.resolve("printf"), "#!/bin/sh\necho \"$*\" >> \"$RECORD\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));

        Result result = run(List.of("bash"), Map.of("BASH_ENV", file("disable", "enable -n printf", "rw-------").toString(),
                "PATH", programs + ":" + System.getenv("PATH"), "RECORD", record.toString(), "LEAN_TOKENS_CLIENT_ID",
                "payments",
                "LEAN_TOKENS_CLIENT_SECRET", SECRET, "LEAN_TOKENS_URL", otherUrl), "--scope", "api", "--print");

        assertThat(result.code()).isEqualTo(2);
        assertThat(Files.readString(record)).contains("this shell has no printf").doesNotContain("never-to-be-seen");
        assertThat(OTHER.requests()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void fullDiskIsNoSuccess(List<String> shell) {
        assumeThat(Path.of("/dev/full")).exists();
        List<String> command = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" > /dev/full", "sh"));
        command.addAll(shell);
        command.addAll(List.of(SCRIPT, "--scope", "api", "--print"));

        Result result = start(command, folder, Map.of("LEAN_TOKENS_URL", url()));

        assertThat(result.code()).isEqualTo(9);
        assertThat(result.err()).contains("the token cannot be printed");
    }

    @ParameterizedTest
    @ValueSource(strings = { "missing/token", "folder", "/dev/null", "/dev/stdout" })
    void unusableFileIsNoticedBeforeTheRequest(String output) throws IOException {
        Files.createDirectory(folder.resolve("folder"));

        assertThat(other("--scope", "api", "--output", output).code()).isEqualTo(9);

        assertThat(OTHER.requests()).isEmpty();
        assertThat(files()).containsExactly("folder");
    }

    @Test
    void tokenIsOnlyPrintedOnRequest() {
        assertThat(service("--scope", "api", "--print")).isEqualTo(new Result(0, LeanStub.TOKEN + "\n", ""));
    }

    @Test
    void newTokenComesFromLean() {
        assertThat(service("--scope", "customer.fresh", "--print").code()).isZero();
        assertThat(service("--scope", "customer.fresh", "--print").code()).isZero();
        assertThat(LEAN.requests()).hasSize(1);

        other("--scope", "customer.fresh", "--no-cache", "--print");
        assertThat(OTHER.requests().get(0).head()).contains("Cache-Control: no-cache");
    }

    static Stream<List<String>> wrongArguments() {
        return Stream.of(List.of(), List.of("--scope", "api"), List.of("--print"), List.of("--scope", "", "--print"),
                List.of("--scope"), List.of("--scope", "api", "--print", "--output", "token"),
                List.of("--scope", "api", "--print", "--", "true"), List.of("--scope", "api", "--"),
                List.of("--scope", "api", "--output", ""), List.of("--scope", "api", "--print", "never-to-be-seen"),
                List.of("--scope", "api", "--print", "--secret=never-to-be-seen"),
                List.of("--scope", "api\n", "--print"), List.of("--scope", "api\nurl = http://localhost", "--print"),
                List.of("--scope", "api", "--print", "--wait", "1m"), List.of("--scope", "api", "--print", "--wait", "10000"),
                List.of("--scope", "api", "--print", "--wait", "09"),
                List.of("--scope", "api", "--print", "--url", "file:///etc/passwd"),
                List.of("--scope", "api", "--print", "--url", "http://id:never-to-be-seen@localhost"),
                List.of("--scope", "api", "--print", "--url", "http://127.0.0.1.example.com"),
                List.of("--scope", "api", "--print", "--url", "http://127.0.0.1:80.example.com"),
                List.of("--scope", "api", "--print", "--url", "http://localhost.example.com"),
                List.of("--scope", "api", "--print", "--url", "http://tokens.example.com"),
                List.of("--scope", "api", "--print", "--url", "http://localhost/\nheader = x"),
                List.of("--scope", "api", "--print", "--credentials", "missing"));
    }

    @ParameterizedTest
    @MethodSource("wrongArguments")
    void wrongArgumentsRequestNothing(List<String> arguments) {
        Result result = other(arguments.toArray(String[]::new));

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("get-token.sh: ").contains("--help").doesNotContain("never-to-be-seen");
        assertThat(OTHER.requests()).isEmpty();
    }

    @Test
    void helpListsOptionsAndExitCodes() {
        Result result = other("--help");

        assertThat(result.code()).isZero();
        assertThat(result.out()).contains("--scope", "--url", "--credentials", "--no-cache", "--wait", "--allow-http",
                "--output", "--print", "Exit codes:");
        assertThat(OTHER.requests()).isEmpty();
    }

    @Test
    void credentialsComeFromAFileOrTheEnvironment() throws IOException {
        file("payments.txt", "For the client only:\n\n  client_id:     payments\n  client_secret: " + SECRET + "\n",
                "rw-------");

        assertThat(service("--scope", "customer.17", "--credentials", "payments.txt", "--print").code()).isZero();
        file("windows.txt", "client_id: payments \r\nclient_secret: " + SECRET + "\r\n", "rw-------");
        assertThat(service("--scope", "customer.17", "--credentials", "windows.txt", "--print").code()).isZero();
        Result forbidden = service("--scope", "api", "--credentials", "payments.txt", "--print");
        assertThat(forbidden.code()).isEqualTo(3);
        assertThat(forbidden.err()).contains("invalid_scope: this scope is not allowed for this client");
        Result wrong = script(Map.of("LEAN_TOKENS_URL", url(), "LEAN_TOKENS_CLIENT_ID", "payments",
                "LEAN_TOKENS_CLIENT_SECRET", "another-s3cr3t-never-to-be-seen"), "--scope", "customer.17", "--output", "token");
        assertThat(wrong.code()).isEqualTo(4);
        assertThat(wrong.all()).contains("invalid_client: ", "(status 401)").doesNotContain("never-to-be-seen");
        assertThat(files()).containsExactly("payments.txt", "windows.txt");
    }

    @ParameterizedTest
    @ValueSource(strings = { "LEAN_TOKENS_CLIENT_ID=payments", "LEAN_TOKENS_CLIENT_SECRET=never-to-be-seen",
            "LEAN_TOKENS_CLIENT_ID=payments\nLEAN_TOKENS_CLIENT_SECRET=never-to-be-seen\u0001" })
    void incompleteCredentialsRequestNothing(String variables) {
        Map<String, String> environment = new HashMap<>(Map.of("LEAN_TOKENS_URL", otherUrl));
        variables.lines().forEach(line -> environment.put(line.split("=")[0], line.split("=")[1]));

        Result result = script(environment, "--scope", "api", "--print");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).doesNotContain("never-to-be-seen");
        assertThat(OTHER.requests()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("shells")
    void textsAreSentUnchanged(List<String> shell) {
        String odd = "a\"b\\c'd$(id)`id`;&|*?[x]{1}%41@/etc/passwd é #=+\\n";

        assertThat(run(shell, Map.of("LEAN_TOKENS_CLIENT_ID", "@id", "LEAN_TOKENS_CLIENT_SECRET", odd), "--url", otherUrl,
                "--scope",
                odd, "--print").code()).isEqualTo(8);

        assertThat(OTHER.requests()).singleElement().satisfies(request -> {
            assertThat(request.parameter("scope")).isEqualTo(odd);
            assertThat(request.parameter("client_id")).isEqualTo("@id");
            assertThat(request.parameter("client_secret")).isEqualTo(odd);
            assertThat(request.head()).startsWith("POST /v1/oauth2/token HTTP/1.1");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = { "a\"b", "a\\b", "api customer.17", "$(id)é" })
    void invalidScopeIsRejectedByTheService(String scope) {
        Result result = service("--scope", scope, "--print");

        assertThat(result.code()).isEqualTo(3);
        assertThat(result.err()).startsWith("get-token.sh: invalid_scope: ").endsWith("(status 400)\n");
    }

    @Test
    void failureOfLeanIsTemporary() {
        LEAN.answers(500, "{}");

        Result result = service("--scope", "customer.failing", "--print");

        assertThat(result.code()).isEqualTo(5);
        assertThat(result.err()).contains("temporarily_unavailable: ", "retry after ", "(status 503)");
    }

    @Test
    void wrongCredentialsOfTheServiceNeedAnOperator() {
        LEAN.answersFor("scope", "customer.refused", LeanStub.json(401, "{\"error\":\"invalid_client\"}"));

        assertThat(service("--scope", "customer.refused", "--no-cache", "--print").code()).isEqualTo(6);
    }

    private static String busy(String status, int seconds) {
        return RudeLean.response(status,
                "{\"error\":\"temporarily_unavailable\",\"error_description\":\"busy; retry after " + seconds + " s\"}",
                "Content-Type: application/json");
    }

    /** In arithmetic of a shell, 08 is a malformed octal number. */
    @Test
    void malformedWaitIsNoWait() {
        OTHER.answers((connection, request) -> connection.write(RudeLean.response("503 Service Unavailable",
                "{\"error\":\"temporarily_unavailable\",\"error_description\":\"busy; retry after 08 s\"}")));

        Result result = other("--scope", "api", "--wait", "9", "--print");

        assertThat(result.code()).isEqualTo(5);
        assertThat(result.err()).doesNotContain("waiting");
        assertThat(OTHER.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = { "429 Too Many Requests", "503 Service Unavailable", "504 Gateway Timeout" })
    void scriptWaitsIfToldTo(String status) {
        OTHER.answers((connection, request) -> connection
                .write(OTHER.requests().size() == 1 ? busy(status, 1) : RudeLean.okay(request)));
        Result hurried = other("--scope", "api", "--print");
        assertThat(hurried.code()).isEqualTo(5);
        assertThat(hurried.err()).contains("temporarily_unavailable: busy; retry after 1 s (status " + status.substring(0, 3));

        OTHER.reset();
        OTHER.answers((connection, request) -> connection
                .write(OTHER.requests().size() == 1 ? busy(status, 1) : RudeLean.okay(request)));
        assertThat(other("--scope", "api", "--wait", "1", "--output", "token").code()).isZero();
        assertThat(OTHER.requests()).hasSize(2);
    }

    @Test
    void waitingIsBounded() {
        OTHER.answers((connection, request) -> connection.write(busy("429 Too Many Requests", 0)));
        assertThat(other("--scope", "api", "--wait", "9", "--print").code()).isEqualTo(5);
        assertThat(OTHER.requests()).hasSize(4);

        OTHER.reset();
        OTHER.answers((connection, request) -> connection.write(busy("429 Too Many Requests", 1_000_000_000)));
        assertThat(other("--scope", "api", "--wait", "9999", "--print").code()).isEqualTo(5);
        assertThat(OTHER.requests()).hasSize(1);
    }

    @Test
    void missingServiceIsToldFromARejectedRequest() {
        Result result = service("--scope", "api", "--url", "http://localhost:" + FreePorts.next(), "--print");

        assertThat(result.code()).isEqualTo(7);
        assertThat(result.err()).contains("cannot get a response from http://localhost:");
    }

    @Test
    void settingsOfCurlAreIgnored() throws IOException {
        file(".curlrc", "output = \"stolen\"\nverbose\n", "rw-------");

        assertThat(script(Map.of("http_proxy", "http://127.0.0.1:1", "all_proxy", "http://127.0.0.1:1"), "--url", url(),
                "--scope", "api", "--output", "token")).isEqualTo(new Result(0, "", ""));
        assertThat(files()).containsExactly(".curlrc", "token");
    }

    /** What answers at the address, and the exit code. */
    static Stream<Arguments> otherAnswers() {
        String token = "{\"access_token\":\"never-to-be-seen\"," + TOKEN_MEMBERS;
        return Stream.of(
                arguments("HTML", RudeLean.response("200 OK", "<html>\"access_token\":\"never-to-be-seen\"</html>"), 8),
                arguments("nothing", RudeLean.response("200 OK", ""), 8),
                arguments("a closed connection", "", 7),
                arguments("another protocol than HTTP", "220 smtp.example.com\r\n", 8),
                arguments("truncated JSON", RudeLean.response("200 OK", token), 8),
                arguments("less than announced", "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + token + "}", 8),
                arguments("more than JSON", RudeLean.response("200 OK", token + "}x"), 8),
                arguments("two objects", RudeLean.response("200 OK", token + "}" + token + "}"), 8),
                arguments("an array", RudeLean.response("200 OK", "[" + token + "}]"), 8),
                arguments("too much", RudeLean.response("200 OK", token + ",\"x\":\"" + "x".repeat(5_000_000) + "\"}"), 8),
                arguments("deep JSON", RudeLean.response("200 OK", "{\"a\":" + "[".repeat(60_000)), 8),
                arguments("no token", RudeLean.response("200 OK", "{" + TOKEN_MEMBERS + "}"), 8),
                arguments("a nested token", RudeLean.response("200 OK", "{\"x\":" + token + "}," + TOKEN_MEMBERS + "}"), 8),
                arguments("a token that is null",
                        RudeLean.response("200 OK", "{\"access_token\":null," + TOKEN_MEMBERS + "}"), 8),
                arguments("a token that is a number",
                        RudeLean.response("200 OK", "{\"access_token\":1," + TOKEN_MEMBERS + "}"), 8),
                arguments("an empty token", RudeLean.response("200 OK", "{\"access_token\":\"\"," + TOKEN_MEMBERS + "}"), 8),
                arguments("a token with a quote",
                        RudeLean.response("200 OK", "{\"access_token\":\"a\\\"b\"," + TOKEN_MEMBERS + "}"), 8),
                arguments("a token with a line break",
                        RudeLean.response("200 OK", "{\"access_token\":\"a\\nb\"," + TOKEN_MEMBERS + "}"), 8),
                arguments("a token with an encoded line break",
                        RudeLean.response("200 OK", "{\"access_token\":\"a\\u000ab\"," + TOKEN_MEMBERS + "}"), 8),
                arguments("a token with a zero byte",
                        RudeLean.response("200 OK", "{\"access_token\":\"a\\u0000b\"," + TOKEN_MEMBERS + "}"), 8),
                arguments("two tokens", RudeLean.response("200 OK", token + ",\"access_token\":\"b\"}"), 8),
                arguments("a token of another type",
                        RudeLean.response("200 OK", token.replace("Bearer", "DPoP") + "}"), 8),
                arguments("a token without a type", RudeLean.response("200 OK", "{\"access_token\":\"never-to-be-seen\"}"), 8),
                arguments("a token of another scope",
                        RudeLean.response("200 OK", token + ",\"scope\":\"customer.17\"}"), 8),
                arguments("a redirect", RudeLean.response("307 Temporary Redirect", token + "}", "Location: /elsewhere"), 8),
                arguments("an error without JSON", RudeLean.response("502 Bad Gateway", "<html>"), 8),
                arguments("an error with a token", RudeLean.response("400 Bad Request", token + "}"), 8),
                arguments("an error as a success", RudeLean.response("200 OK", "{\"error\":\"invalid_client\"}"), 8),
                arguments("an error without description", RudeLean.response("401 X", "{\"error\":\"invalid_client\"}"), 4),
                arguments("an error of the service", RudeLean.response("502 X", "{\"error\":\"server_error\"}"), 6),
                arguments("an error without a wait", RudeLean.response("503 X", "{\"error\":\"temporarily_unavailable\"}"), 5));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("otherAnswers")
    void otherAnswerIsNoToken(String name, String answer, int code) throws IOException {
        file("token", "old", "rw-r--r--");
        OTHER.answers((connection, request) -> {
            connection.write(answer);
            connection.close();
        });

        Result result = other("--scope", "api", "--output", "token");

        assertThat(result.code()).isEqualTo(code);
        assertThat(result.all()).contains("get-token.sh: ").doesNotContain("never-to-be-seen");
        assertThat(OTHER.requests()).hasSize(1);
        assertThat(folder.resolve("token")).hasContent("old");
        assertThat(files()).containsExactly("token");
    }

    @Test
    void descriptionCannotControlTheTerminal() {
        OTHER.answers((connection, request) -> connection.write(RudeLean.response("400 Bad Request",
                "{\"error\":\"invalid\\u001b[2J\",\"error_description\":\"a\\nb\u001b]0;\"}")));

        assertThat(other("--scope", "api", "--print"))
                .isEqualTo(new Result(3, "", "get-token.sh: invalid?[2J: a?b?]0; (status 400)\n"));
    }

    static Stream<List<String>> awks() {
        return Stream.of(List.of("mawk"), List.of("gawk"), List.of("original-awk"), List.of("busybox", "awk"))
                .filter(awk -> isInstalled(awk.get(0)));
    }

    @ParameterizedTest
    @MethodSource("shells")
    void jsonIsUnderstoodInEveryForm(List<String> shell) {
        answerInOddForm();

        assertThat(run(shell, Map.of(), "--url", otherUrl, "--scope", "api", "--print"))
                .isEqualTo(new Result(0, "eyJ.A-z_0~+/==\n", ""));
    }

    @ParameterizedTest
    @MethodSource("awks")
    void jsonIsUnderstoodByEveryAwk(List<String> awk) throws IOException {
        answerInOddForm();
        Path program = Files.createDirectory(folder.resolve("programs")).resolve("awk");
        Files.writeString(program, "#!/bin/sh\nexec " + String.join(" ", awk) + " \"$@\"\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThat(script(Map.of("PATH", program.getParent() + ":" + System.getenv("PATH")), "--url", otherUrl, "--scope",
                "a\\\"b", "--print")).isEqualTo(new Result(0, "eyJ.A-z_0~+/==\n", ""));
    }

    private static void answerInOddForm() {
        OTHER.answers((connection, request) -> connection.write(RudeLean.response("200 OK", """
                { "nested" : {"a": [1, {"access_token": "}"}], "b": -1.5e3},\r
                  "text": "\\\\\\"}", "\\u0061ccess_token" :\t"ey\\u004a.A-z_0~+\\/=="
                , "token_type":"bearer" , "expires_in": 3599, "more": null }

                """)));
    }

    @Test
    void commandsInTheInstructionsWork() throws IOException {
        WireMockServer api = new WireMockServer(WireMockConfiguration.options().bindAddress("127.0.0.1").dynamicPort());
        api.start();
        try {
            api.stubFor(get("/customers").willReturn(ok("[]")));
            List<String> blocks = SHELL_BLOCK.matcher(Files.readString(SKILL.resolve("SKILL.md"))).results()
                    .map(block -> block.group(1)).toList();
            assertThat(blocks).hasSize(3);
            Files.writeString(folder.resolve(".curlrc"), "verbose\n");

            Map<String, String> environment = Map.of("LEAN_TOKENS_URL", url(), "LEAN_API_URL", api.url("/customers"),
                    "SKILL", SKILL.toString());
            Result response = new Result(0, "[]\nstatus 200\n", "");
            assertThat(start(List.of("sh", "-c", blocks.get(0)), folder, environment)).isEqualTo(response);
            assertThat(start(List.of("sh", "-c", blocks.get(1)), folder, environment)).isEqualTo(new Result(0, "", ""));
            assertIsTokenForMeOnly(folder.resolve(".lean-token-api"));
            assertThat(start(List.of("sh", "-c", blocks.get(2)), folder, environment)).isEqualTo(response);
            assertThat(api.findAll(getRequestedFor(urlEqualTo("/customers")))).hasSize(2)
                    .allSatisfy(
                            request -> assertThat(request.getHeader("Authorization")).isEqualTo("Bearer " + LeanStub.TOKEN));
        } finally {
            api.stop();
        }
    }

    @ParameterizedTest
    @MethodSource("shells")
    void scriptIsSyntaxOfEveryShell(List<String> shell) {
        List<String> command = new ArrayList<>(shell);
        command.addAll(List.of("-n", SCRIPT));

        assertThat(start(command, folder, Map.of())).isEqualTo(new Result(0, "", ""));
        assertThat(new String(read(SCRIPT), StandardCharsets.US_ASCII)).startsWith("#!/bin/sh\n").doesNotContain("\r",
                "\uFFFD");
    }

    private static byte[] read(String file) {
        try {
            return Files.readAllBytes(Path.of(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
