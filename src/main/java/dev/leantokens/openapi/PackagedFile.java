package dev.leantokens.openapi;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;

/** Files that are resources of the application. */
final class PackagedFile {

    private PackagedFile() {
    }

    /**
     * @param path from the root of the class path; it must be there
     * @return its content. A worker thread reads it once, when it is first requested: if each request read it, requests
     *         would queue for workers without a limit, cancelled ones included
     */
    static Uni<byte[]> content(String path) {
        return Uni.createFrom().item(() -> read(path)).runSubscriptionOn(Infrastructure.getDefaultWorkerPool()).memoize()
                .indefinitely();
    }

    private static byte[] read(String path) {
        try (InputStream resource = PackagedFile.class.getResourceAsStream(path)) {
            return resource.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
