package dev.leantokens.skill;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDateTime;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * The skill's files as a ZIP archive. Equal files make equal bytes on every replica, whatever its JDK and time zone: clients
 * compare the archive with its digest.
 */
final class SkillArchive {

    /** In local time, so that the time zone does not matter. An entry of 1980-01-01 would also have a time with a zone. */
    private static final LocalDateTime TIME = LocalDateTime.of(2000, 1, 1, 0, 0);

    private SkillArchive() {
    }

    /** @return an archive with the files at its root, in this order */
    static byte[] of(List<SkillFile> files) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (SkillFile file : files) {
                byte[] content = file.bytes();
                zip.putNextEntry(entry(file.path(), content));
                zip.write(content);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static ZipEntry entry(String path, byte[] content) {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        ZipEntry entry = new ZipEntry(path);
        // Not compressed: the bytes of a compressed entry depend on the version of zlib.
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(checksum.getValue());
        entry.setTimeLocal(TIME);
        return entry;
    }
}
