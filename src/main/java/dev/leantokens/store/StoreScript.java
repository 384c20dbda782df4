package dev.leantokens.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A Lua script that Redis runs as one step.
 *
 * @param name names the script in spans
 * @param text the script
 * @param digest SHA-1 in hex, by which Redis knows a script that it has run before
 */
record StoreScript(String name, String text, String digest) {

    /** @param name the name of a file in the resource folder {@code store}, without its ending */
    static StoreScript read(String name) {
        try (InputStream file = StoreScript.class.getResourceAsStream("/store/" + name + ".lua")) {
            return of(name, new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static StoreScript of(String name, String text) {
        try {
            byte[] sha1 = MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8));
            return new StoreScript(name, text, HexFormat.of().formatHex(sha1));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
