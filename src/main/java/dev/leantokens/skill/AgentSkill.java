package dev.leantokens.skill;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import jakarta.inject.Singleton;

import io.quarkus.runtime.util.HashUtil;

/**
 * Instructions for agents that use this service, in the format of <a href="https://agentskills.io/specification">Agent
 * Skills</a>. Both adapters serve the packaged file byte for byte. Immutable.
 */
@Singleton
public class AgentSkill {

    public static final String NAME = "lean-generate-access-token";

    /** The format requires a folder with the skill's name. */
    private static final String RESOURCE = "/agent-skills/" + NAME + "/SKILL.md";
    private static final String DESCRIPTION = "\ndescription: ";

    private final String text;
    private final String description;
    private final String digest;

    AgentSkill() {
        try (InputStream resource = AgentSkill.class.getResourceAsStream(RESOURCE)) {
            this.text = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.digest = HashUtil.sha256(text);
        // One line of the front matter; a test compares it with the result of a YAML parser.
        int start = text.indexOf(DESCRIPTION) + DESCRIPTION.length();
        this.description = text.substring(start, text.indexOf('\n', start));
    }

    /** @return what the skill does and when to use it, which an agent reads before the text */
    public String description() {
        return description;
    }

    /** @return the whole file, in Markdown */
    public String text() {
        return text;
    }

    /** @return the SHA-256 digest of the file, in lower-case hex */
    String digest() {
        return digest;
    }
}
