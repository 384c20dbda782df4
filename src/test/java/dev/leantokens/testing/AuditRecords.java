package dev.leantokens.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Reads the lines of an audit, and validates each by the documented schema. */
public final class AuditRecords {

    private static final ObjectMapper JSON = new ObjectMapper();

    public static final JsonNode SCHEMA = schema();

    private AuditRecords() {
    }

    private static JsonNode schema() {
        try {
            return JSON.readTree(Path.of("docs/reference/audit.schema.json").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the complete lines of a file; none if it does not exist */
    public static List<JsonNode> of(Path file) {
        try {
            return Files.exists(file) ? of(Files.readString(file)) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @return the complete lines of a text */
    public static List<JsonNode> of(String text) {
        return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(AuditRecords::valid).toList();
    }

    public static JsonNode valid(String line) {
        try {
            JsonNode record = JSON.readTree(line);
            Schemas.assertValid(SCHEMA, record);
            return record;
        } catch (JsonProcessingException e) {
            throw new AssertionError("not JSON: " + line, e);
        }
    }

    /** @return the value of {@code token_sha256} for a token */
    public static String hash(String token) {
        try {
            return Base64.getUrlEncoder().withoutPadding()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @return a member as text, or the empty string without it */
    public static String text(JsonNode record, String member) {
        return record.path(member).asText();
    }
}
