package dev.leantokens.audit;

import java.nio.file.Path;
import java.util.Optional;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The audit: one line for each request for a token. Off unless {@code AUDIT_LOG} is set. */
@ConfigMapping(prefix = "audit")
public interface AuditConfig {

    /** How the audit names customers. */
    enum Customers {
        /** By a keyed pseudonym. */
        PSEUDONYM,
        /** By their ids. */
        PLAIN
    }

    /**
     * Where the lines are written: stdout, log for the log category dev.leantokens.audit, or the absolute path of a file. Not
     * set: nowhere.
     */
    Optional<String> log();

    /** Whether a token is issued only after its line has been written; otherwise lines can be lost. */
    @WithDefault("false")
    boolean required();

    /** How customers are named. */
    @WithDefault("pseudonym")
    Customers customers();

    /** The key of the pseudonyms: at least 32 characters. Without one, each start uses another. */
    Optional<String> key();

    /** A file with the key, instead of the key. */
    Optional<Path> keyFile();
}
