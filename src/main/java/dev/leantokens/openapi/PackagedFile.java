package dev.leantokens.openapi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Files that are resources of the application. */
final class PackagedFile {

    private PackagedFile() {
    }

    /** @param path from the root of the class path; it must be there */
    static byte[] read(String path) {
        try (InputStream resource = PackagedFile.class.getResourceAsStream(path)) {
            return resource.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
