package dev.leantokens.skill;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A file of the Agent Skill, which all adapters serve byte for byte. Immutable. */
public final class SkillFile {

    private final String path;
    private final byte[] content;
    private final String digest;

    SkillFile(String path, byte[] content) {
        this.path = path;
        this.content = content;
        this.digest = digestOf(content);
    }

    /** @throws IllegalStateException if the file is not packaged */
    static SkillFile read(String folder, String path) {
        try (InputStream resource = SkillFile.class.getResourceAsStream(folder + path)) {
            if (resource == null) {
                throw new IllegalStateException("the file " + folder + path + " is not packaged");
            }
            return new SkillFile(path, resource.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the SHA-256 digest, as {@code sha256:} and 64 lower-case hex digits */
    static String digestOf(byte[] content) {
        try {
            return "sha256:" + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("each Java platform has SHA-256", e);
        }
    }

    /** @return the path below the skill's folder, for example {@code references/errors.md} */
    public String path() {
        return path;
    }

    /** @return the content, which is UTF-8 */
    public String text() {
        return new String(content, StandardCharsets.UTF_8);
    }

    /** @return a copy of the content */
    public byte[] bytes() {
        return content.clone();
    }

    /** @return the number of bytes */
    public int size() {
        return content.length;
    }

    /** @return the SHA-256 digest of the content, as {@code sha256:} and 64 lower-case hex digits */
    public String digest() {
        return digest;
    }

    /** @return the media type without parameters */
    public String mediaType() {
        return path.endsWith(".md") ? "text/markdown" : "text/x-shellscript";
    }
}
