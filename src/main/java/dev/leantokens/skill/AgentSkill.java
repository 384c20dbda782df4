package dev.leantokens.skill;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

import jakarta.inject.Singleton;

/**
 * The text by which an agent learns to use this service, in the format of <a href="https://agentskills.io/specification">Agent
 * Skills</a>. It is a resource of the application, and is served over both adapters byte for byte. Immutable.
 */
@Singleton
public class AgentSkill {

    public static final String NAME = "lean-generate-access-token";

    /** In the folder that the format wants it in, which has the skill's name. */
    private static final String RESOURCE = "/agent-skills/" + NAME + "/SKILL.md";
    private static final String DESCRIPTION = "\ndescription: ";

    private final String text;
    private final String description;
    private final String digest;

    AgentSkill() {
        try (InputStream resource = AgentSkill.class.getResourceAsStream(RESOURCE)) {
            this.text = new String(resource.readAllBytes(), StandardCharsets.UTF_8);
            this.digest = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        // One line of the front matter, which a test compares with what a parser of YAML finds.
        int begin = text.indexOf(DESCRIPTION) + DESCRIPTION.length();
        this.description = text.substring(begin, text.indexOf('\n', begin));
    }

    /** @return what the skill does and when to use it, which is what an agent sees before it reads the rest */
    public String description() {
        return description;
    }

    /** @return the whole of it, in Markdown */
    public String text() {
        return text;
    }

    /** @return SHA-256 in lower-case hex, of the text in UTF-8, which is what is served */
    String digest() {
        return digest;
    }
}
