package dev.leantokens.pages;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.leantokens.packaged.PackagedApplication;
import dev.leantokens.testing.FreePorts;
import dev.leantokens.testing.RedisServer;

/**
 * Runs the commands of a page in one session of bash, in an empty folder with links to the repository. The commands are
 * unchanged, but {@code java} and {@code ./mvnw} are the scripts in {@code src/test/shell}, which start the packaged
 * application at free ports, and curl is configured to connect to these instead of the documented ones. If the page uses
 * Redis at its usual port, a server is started at another one.
 */
final class PageShell implements AutoCloseable {

    private static final Duration LIMIT_OF_BLOCK = Duration.ofSeconds(60);
    private static final Duration LIMIT_OF_EXIT = Duration.ofSeconds(20);
    private static final Path SHELL = Path.of("src/test/shell");
    private static final Pattern PORT = Pattern.compile("(?:PORT=|localhost:)(\\d{4,5})\\b");
    private static final String REDIS_PORT = "6379";
    private static final Pattern ERROR_STATUS = Pattern.compile("status [45]..");

    private final Path folder;
    private final Path state;
    private final List<Path> links = new ArrayList<>();
    private final Map<String, Integer> ports = new LinkedHashMap<>();
    private final Process bash;
    private final BufferedReader answers;
    /** A server for pages that need one, which cannot install it. */
    private final Optional<RedisServer> redis;
    private int blocks;

    /**
     * The result of a block.
     *
     * @param printed the standard output, with the documented ports
     * @param messages the standard error
     * @param log the log of the service, if the block started it
     */
    record Result(String printed, String messages, Optional<Path> log) {

        /** @return whether curl got an error response that the commands neither print nor check */
        boolean hasErrorStatus() {
            return ERROR_STATUS.matcher(messages).find();
        }
    }

    /**
     * @param folder an empty folder
     * @param page the text of the page, which names the ports
     * @param leanUrl the base URL of a stub of Lean
     */
    PageShell(Path folder, String page, String leanUrl) throws IOException {
        this.folder = folder;
        this.state = Files.createDirectory(folder.resolve(".test"));
        Set<String> documented = new TreeSet<>(Set.of("8080", "9090"));
        PORT.matcher(page).results().forEach(match -> documented.add(match.group(1)));
        documented.forEach(port -> ports.put(port, FreePorts.next()));
        redis = Optional.ofNullable(ports.get(REDIS_PORT)).map(RedisServer::startAt);
        layOut();

        ProcessBuilder builder = new ProcessBuilder("bash", "--noprofile", "--norc", "-s").directory(folder.toFile())
                .redirectError(state.resolve("bash.err").toFile());
        Map<String, String> environment = builder.environment();
        environment.keySet()
                .removeIf(name -> name
                        .matches(
                                "(LEAN|ACCESS|QUARKUS|ALLOWED|LIMITS|MCP|TLS|TOKEN|CACHE|LOG|STORE|OTEL)_.*|.*_SECRET|PORT|BASH_ENV"));
        environment.put("PATH", state + ":" + environment.get("PATH"));
        environment.put("HOME", folder.toString());
        environment.put("CURL_HOME", state.toString());
        environment.put("TEST_STATE", state.toString());
        environment.put("TEST_JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString());
        environment.put("TEST_LEAN_URL", leanUrl);
        ports.forEach((port, actual) -> environment.put("TEST_PORT_" + port, actual.toString()));
        // The examples' programs read them; curl has its configuration.
        environment.put("TOKENS_URL", "http://localhost:" + ports.get("8080"));
        bash = builder.start();
        answers = bash.inputReader();
        // A command that fails ends the session, and says where.
        say("set -Eeuo pipefail; trap 'echo \"$LINENO $BASH_COMMAND\" > \"$TEST_STATE/failed\"' ERR");
    }

    private void layOut() throws IOException {
        for (String shared : List.of("target/quarkus-app", "target/quarkus-run-cyclonedx.json", "target/licenses", "src/main",
                "docs", "config")) {
            Path original = Path.of(shared).toAbsolutePath();
            if (Files.exists(original)) {
                Files.createDirectories(folder.resolve(shared).getParent());
                links.add(Files.createSymbolicLink(folder.resolve(shared), original));
            }
        }
        script(folder.resolve("mvnw"), Files.readString(SHELL.resolve("mvnw")));
        for (String name : List.of("java", "start", "places")) {
            script(state.resolve(name), Files.readString(SHELL.resolve(name)));
        }
        script(state.resolve("application"), "#!/usr/bin/env bash\nexec "
                + PackagedApplication.command().stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "))
                + " \"$@\"\n");
        StringBuilder curl = new StringBuilder("""
                silent
                show-error
                noproxy = "*"
                max-time = 30
                write-out = "%{stderr}status %{http_code}\\n"
                """);
        ports.forEach((port, actual) -> curl.append("connect-to = \"lean-tokens.example.com:").append(port)
                .append(":127.0.0.1:").append(actual).append("\"\nconnect-to = \":").append(port).append("::").append(actual)
                .append("\"\n"));
        Files.writeString(state.resolve(".curlrc"), curl);
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** @throws AssertionError if a command fails or takes too long */
    Result run(Block block, Map<String, String> values) throws IOException {
        String name = "block-" + ++blocks;
        Path out = state.resolve(name + ".out");
        Path err = state.resolve(name + ".err");
        Path started = state.resolve("started");
        Files.deleteIfExists(started);
        Files.writeString(state.resolve(name), filledIn(block, values));
        say(". \"$TEST_STATE/" + name + "\" > \"$TEST_STATE/" + name + ".out\" 2> \"$TEST_STATE/" + name
                + ".err\" < /dev/null\n"
                + "echo done");
        Optional<String> trouble = trouble();
        if (trouble.isPresent()) {
            throw new AssertionError(block.place() + ": " + trouble.get() + "\nstandard output:\n" + documented(out)
                    + "\nstandard error:\n" + documented(err) + logs());
        }
        return new Result(documented(out), documented(err),
                Files.exists(started) ? Optional.of(Path.of(Files.readString(started).strip())) : Optional.empty());
    }

    private void say(String line) throws IOException {
        bash.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        bash.getOutputStream().flush();
    }

    private Optional<String> trouble() throws IOException {
        CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return answers.readLine();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try {
            if ("done".equals(answer.get(LIMIT_OF_BLOCK.toSeconds(), TimeUnit.SECONDS))) {
                return Optional.empty();
            }
            Path failed = state.resolve("failed");
            return Optional.of("a command failed with exit code " + bash.waitFor()
                    + (Files.exists(failed) ? ", in the block's line " + Files.readString(failed) : ""));
        } catch (TimeoutException e) {
            return Optional.of("a command has not ended after " + LIMIT_OF_BLOCK.toSeconds() + " s");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** @return the commands with what the reader has to fill in */
    private static String filledIn(Block block, Map<String, String> values) {
        String filled = Pattern.compile("\\b([A-Z][A-Z0-9_]*)=…").matcher(block.text()).replaceAll(blank -> {
            String value = values.get(blank.group(1));
            if (value == null) {
                throw new AssertionError(block.place() + ": the test has no value for " + blank.group());
            }
            return Matcher.quoteReplacement(blank.group(1) + "=" + value);
        });
        if (filled.contains("…")) {
            throw new AssertionError(block.place() + ": only NAME=… can be filled in");
        }
        return filled;
    }

    private String documented(Path output) throws IOException {
        String text = Files.exists(output) ? Files.readString(output) : "";
        for (Map.Entry<String, Integer> port : ports.entrySet()) {
            text = text.replace(":" + port.getValue(), ":" + port.getKey());
        }
        return text;
    }

    /** @return what the service has logged, with the documented ports */
    String log(Result result) {
        try {
            return documented(result.log().orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String logs() throws IOException {
        StringBuilder logs = new StringBuilder();
        for (Path log : services(".log")) {
            logs.append("\nlog of the service:\n").append(documented(log));
        }
        return logs.toString();
    }

    private List<Path> services(String suffix) throws IOException {
        try (Stream<Path> files = Files.list(state)) {
            return files.filter(file -> file.getFileName().toString().matches("service-\\d+\\" + suffix)).sorted().toList();
        }
    }

    /** Ends the session and everything that it started. */
    @Override
    public void close() throws IOException {
        bash.descendants().forEach(ProcessHandle::destroyForcibly);
        bash.destroyForcibly();
        for (Path file : services(".pid")) {
            Optional<ProcessHandle> service = ProcessHandle.of(Long.parseLong(Files.readString(file).strip()));
            if (service.isPresent() && !Files.exists(Path.of(file.toString().replaceFirst("pid$", "exit")))) {
                service.get().destroy();
                service.get().onExit().completeOnTimeout(service.get(), LIMIT_OF_EXIT.toSeconds(), TimeUnit.SECONDS).join();
                service.get().destroyForcibly();
            }
        }
        redis.ifPresent(RedisServer::close);
        // Deleting the folder must not follow them.
        for (Path link : links) {
            Files.delete(link);
        }
    }
}
