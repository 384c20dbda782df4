package dev.leantokens.docs;

import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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

    static Stream<Path> pages() {
        return Pages.withCommands().stream();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void commandsOfThePageWork(Path page) throws IOException {
        List<Block> blocks = Block.of(page);
        String commands = String.join("\n", blocks.stream().filter(block -> block.isCommands() && !block.isNotRun())
                .map(Block::text).toList());
        for (String program : List.of("bash", "curl", "openssl")) {
            assumeThat(program.equals("bash") || commands.contains(program + " ") ? isInstalled(program) : true)
                    .as(program + " is installed").isTrue();
        }

        try (PageShell shell = new PageShell(folder, commands, LEAN.url())) {
            for (int i = 0; i < blocks.size(); i++) {
                if (blocks.get(i).isCommands() && !blocks.get(i).isNotRun()) {
                    Optional<Block> shown = Optional.of(i + 1).filter(next -> next < blocks.size()).map(blocks::get)
                            .filter(Block::showsOutput);
                    check(shell, blocks.get(i), shown);
                }
            }
        }
    }

    private static void check(PageShell shell, Block block, Optional<Block> shown) throws IOException {
        PageShell.Result result = shell.run(block, VALUES);
        if (result.log().isPresent()) {
            String last = block.text().replace("\\\n", " ").strip();
            if (!last.substring(last.lastIndexOf('\n') + 1).matches(".*(quarkus-run\\.jar|quarkus:dev)")) {
                throw new AssertionError(block.place() + ": the service occupies the terminal, so no command can follow it");
            }
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
