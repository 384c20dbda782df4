package dev.leantokens.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;

class BlockTest {

    private static final Path PAGE = Path.of("page.md");

    @Test
    void blocksAreReadWithTheirPlaceLanguageAndText() {
        List<Block> blocks = blocks("""
                # Title

                ```shell
                a \\
                  b
                ```

                1. A step:

                   ```yaml
                   a:
                     - b
                   ```
                ```
                picture
                ```
                """);

        assertThat(blocks).extracting(Block::place).containsExactly("page.md:3", "page.md:10", "page.md:14");
        assertThat(blocks).extracting(Block::language).containsExactly("shell", "yaml", "");
        assertThat(blocks).extracting(Block::text).containsExactly("a \\\n  b\n", "a:\n  - b\n", "picture\n");
        assertThat(blocks).extracting(Block::isRun).containsExactly(true, false, false);
    }

    @Test
    void outputFollowsTheCommandsWithAtMostOneLineBetween() {
        assertThat(blocks("""
                ```shell
                a
                ```

                prints:

                ```json
                {}
                ```

                A sentence about that.
                And another one.

                ```json
                {}
                ```

                <!-- not run: an example -->
                ```json
                {}
                ```
                ```yaml
                a: b
                ```
                """)).extracting(Block::showsOutput).containsExactly(false, true, false, false, false);
    }

    @Test
    void blockIsNotRunOnlyForAReason() {
        assertThat(blocks("""
                <!-- not run: needs a container engine -->
                ```shell
                docker
                ```
                <!-- not run: -->
                ```shell
                a
                ```
                <!-- not run: a comment further up -->

                ```shell
                b
                ```
                """)).extracting(Block::isNotRun).containsExactly(true, false, false);
    }

    @Test
    void blockWithoutAnEndIsReported() {
        assertThatThrownBy(() -> blocks("text\n```shell\na\n")).isInstanceOf(AssertionError.class)
                .hasMessageContaining("page.md:2");
    }

    private static List<Block> blocks(String text) {
        return Block.of(PAGE, text.lines().toList());
    }
}
