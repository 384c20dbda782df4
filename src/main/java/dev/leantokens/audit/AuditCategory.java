package dev.leantokens.audit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import org.jboss.logging.Logger;

/** The log category of the audit: its handlers and their format are those of the log's configuration. Thread-safe. */
final class AuditCategory implements AuditTarget {

    private static final String CATEGORY = "dev.leantokens.audit";

    private static final Logger LOG = Logger.getLogger(CATEGORY);

    @Override
    public void write(ByteBuffer lines) {
        while (lines.hasRemaining()) {
            int start = lines.position();
            int end = start;
            while (lines.get(end) != '\n') {
                end++;
            }
            byte[] line = new byte[end - start];
            lines.get(line).position(end + 1);
            LOG.info(new String(line, StandardCharsets.US_ASCII));
        }
    }

    @Override
    public String name() {
        return "the log category " + CATEGORY;
    }
}
