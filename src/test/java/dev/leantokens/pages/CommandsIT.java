package dev.leantokens.pages;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.testing.LeanStub;

/**
 * Every command that a reader copies works, and prints what the page shows. A page is run from its beginning to its end against
 * the packaged application; blocks that need what is not here are marked {@code <!-- not run: reason -->}.
 */
class CommandsIT {

    /** What the reader has to fill in. */
    private static final Map<String, String> VALUES = Map.of(
            "LEAN_CLIENT_ID", LeanStub.CLIENT_ID,
            "LEAN_CLIENT_SECRET", LeanStub.CLIENT_SECRET);

    /** Comes before the commands of a page of the reference. */
    private static final Block START = new Block(Pages.REFERENCE, 0, "shell",
            "LEAN_ENVIRONMENT=stand-in java -jar target/quarkus-app/quarkus-run.jar\n", Optional.empty(), 0);

    private static final Pattern SERVICE_BEFORE_OTHERS = Pattern.compile("(quarkus-run\\.jar|quarkus:dev)\\s*\n.*\\S");

    private static final LeanStub LEAN = new LeanStub();
    private static final Duration LIMIT_OF_LOG = Duration.ofSeconds(5);

    @TempDir
    Path folder;

    @BeforeAll
    static void startLean() {
        LEAN.start();
    }

    @AfterAll
    static void stopLean() {
        LEAN.stop();
    }

    @BeforeEach
    void skipWithoutAShell() {
        assumeThat(isInstalled("bash") && isInstalled("curl")).as("bash and curl are installed").isTrue();
    }

    static Stream<Path> pages() {
        return Pages.withCommands().stream();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void commandsOfThePageWork(Path page) throws IOException {
        run(Block.of(page), page.startsWith(Pages.REFERENCE));
    }

    /** What is wrong on a page, and what the test says about it. */
    static Stream<Arguments> wrongPages() {
        return Stream.of(
                arguments("a command that does not exist", """
                        ```shell
                        echo a
                        curll http://localhost:8080
                        ```
                        """, "page.md:1: a command failed with exit code 127, in the block's line 2 curll"),
                arguments("a command that fails in a pipe", """
                        ```shell
                        false | cat
                        ```
                        """, "page.md:1: a command failed with exit code 1"),
                arguments("a variable that no block sets", """
                        ```shell
                        echo "$PAYMENTS_SECRET"
                        ```
                        """, "PAYMENTS_SECRET: unbound variable"),
                arguments("a request without a service", """
                        ```shell
                        curl http://localhost:8080/q/health/ready
                        ```
                        """, "exit code 7"),
                arguments("a service that does not start", """
                        ```shell
                        LEAN_CLIENT_ID=…
                        LEAN_ENVIRONMENT=stand-in LEAN_CLIENT_ID=$LEAN_CLIENT_ID java -jar target/quarkus-app/quarkus-run.jar
                        ```
                        """, "the service exited with 1"),
                arguments("a command behind the service", """
                        ```shell
                        LEAN_ENVIRONMENT=stand-in java -jar target/quarkus-app/quarkus-run.jar
                        curl -d scope=api http://localhost:8080/v1/oauth2/token
                        ```
                        """, "page.md:1: the service occupies the terminal"),
                arguments("a request that is rejected", """
                        ```shell
                        LEAN_ENVIRONMENT=stand-in java -jar target/quarkus-app/quarkus-run.jar
                        ```
                        ```shell
                        curl -d scope=accounts http://localhost:8080/v1/oauth2/token
                        ```
                        """, "page.md:4: an error response that the page does not show"),
                arguments("a member that is not printed", """
                        ```shell
                        echo '{"scope":"api"}'
                        ```
                        ```json
                        {"scopes":"api"}
                        ```
                        """, "page.md:4: $.scope: is only printed"),
                arguments("another line than the printed one", """
                        ```shell
                        echo 401
                        ```
                        It prints:

                        ```text
                        200
                        ```
                        """, "page.md:6: shown is"),
                arguments("a blank that the test cannot fill in", """
                        ```shell
                        PHONE=…
                        ```
                        """, "page.md:1: the test has no value for PHONE=…"),
                arguments("a build that is not replaced", """
                        ```shell
                        ./mvnw install
                        ```
                        """, "no test runs mvnw with these arguments: install"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("wrongPages")
    void wrongPageIsReportedWithItsPlace(String name, String page, String message) {
        assertThatThrownBy(() -> run(Block.of(Path.of("page.md"), page.lines().toList()), false))
                .hasMessageContaining(message);
    }

    /** @param serviceIsRunning whether the page assumes a running service, as the reference does */
    private void run(List<Block> page, boolean serviceIsRunning) throws IOException {
        List<Block> blocks = new ArrayList<>(page);
        if (serviceIsRunning) {
            blocks.add(0, START);
        }
        String commands = String.join("\n", blocks.stream().filter(Block::isRun).map(Block::text).toList());
        for (String program : List.of("openssl", "sha256sum", "unzip", "jq", "python3")) {
            assumeThat(!commands.contains(program) || isInstalled(program)).as("%s is installed", program).isTrue();
        }

        try (PageShell shell = new PageShell(folder, commands, LEAN.url())) {
            for (int i = 0; i < blocks.size(); i++) {
                if (blocks.get(i).isRun()) {
                    check(shell, blocks.get(i),
                            blocks.stream().skip(i + 1).limit(1).filter(Block::showsOutput).findFirst());
                }
            }
        }
    }

    private static void check(PageShell shell, Block block, Optional<Block> shown) throws IOException {
        if (SERVICE_BEFORE_OTHERS.matcher(block.text()).find()) {
            throw new AssertionError(block.place() + ": the service occupies the terminal, so no command can follow it");
        }
        PageShell.Result result = shell.run(block, VALUES);
        if (result.log().isPresent()) {
            shown.ifPresent(lines -> await().atMost(LIMIT_OF_LOG).untilAsserted(
                    () -> fail(lines, ShownOutput.differenceToLog(lines, shell.log(result)))));
        } else if (shown.isPresent()) {
            fail(shown.get(), ShownOutput.difference(shown.get(), result.printed()));
        } else if (result.hasErrorStatus()) {
            throw new AssertionError(block.place() + ": an error response that the page does not show:\n" + result.printed());
        }
    }

    private static void fail(Block shown, Optional<String> difference) {
        difference.ifPresent(text -> {
            throw new AssertionError(shown.place() + ": " + text);
        });
    }

    private static boolean isInstalled(String program) {
        return !File.separator.equals("\\")
                && Stream.of(System.getenv("PATH").split(File.pathSeparator)).anyMatch(
                        folder -> Files.isExecutable(Path.of(folder, program)));
    }
}
