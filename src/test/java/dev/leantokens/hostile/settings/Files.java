package dev.leantokens.hostile.settings;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Files that no setting should name, in a folder. */
final class Files {

    private final Path folder;

    private Files(Path folder) {
        this.folder = folder;
    }

    /** @param folder where the files are created */
    static Files in(Path folder) {
        try {
            java.nio.file.Files.createDirectory(folder.resolve("directory"));
            java.nio.file.Files.createFile(folder.resolve("empty"));
            java.nio.file.Files.write(folder.resolve("binary"), new byte[] { 0, 1, (byte) 0xFF, (byte) 0xFE, 2, 3 });
            java.nio.file.Files.writeString(folder.resolve("text"), WrongValue.MARK, StandardCharsets.UTF_8);
            java.nio.file.Files.writeString(folder.resolve("broken.pem"),
                    "-----BEGIN CERTIFICATE-----\n" + WrongValue.MARK + "\n-----END CERTIFICATE-----\n",
                    StandardCharsets.UTF_8);
            try (RandomAccessFile sparse = new RandomAccessFile(folder.resolve("sparse").toFile(), "rw")) {
                sparse.setLength(1L << 30);
            }
            // Where there is no such command, the path is missing, and so refused as well.
            new ProcessBuilder("mkfifo", folder.resolve("pipe").toString()).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return new Files(folder);
    }

    List<WrongValue> values(Setting setting) {
        List<WrongValue> values = new ArrayList<>(
                WrongValue.refused("no file", path("missing"), path("directory"), path("binary"),
                        path("sparse"), path("pipe"), path("missing/file"), path("text/file"), "/dev/zero", "/", ".", "~/file",
                        WrongValue.MARK, "/" + WrongValue.MARK, "/nowhere/" + WrongValue.MARK, "file:" + path("text"),
                        "-----BEGIN X-----\n"
                                + WrongValue.MARK));
        // No clients, until it is filled.
        values.add(new WrongValue("an empty file", path("empty"), !setting.property().equals("access.clients-file")));
        values.add(new WrongValue("a file", path("text"),
                !setting.property().matches(".*(token-file|secret-file|password-file)")));
        values.add(new WrongValue("a file", path("broken.pem"),
                !setting.property().matches(".*(secret-file|password-file)|audit.key-file")));
        return values;
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }
}
