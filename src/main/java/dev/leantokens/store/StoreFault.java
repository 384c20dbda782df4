package dev.leantokens.store;

import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.SSLException;

import io.vertx.redis.client.impl.types.ErrorType;

/** Why Redis cannot be used. */
enum StoreFault {

    TIMEOUT("it does not answer in time"),
    CONNECTION("it cannot be reached, or closes connections"),
    HOST_UNKNOWN("the name of its host in STORE_URL is unknown"),
    TLS("the TLS handshake with it fails: check its certificate, STORE_CERTIFICATE_AUTHORITIES and rediss:// in STORE_URL"),
    CREDENTIALS("it refuses the user or the password of STORE_URL or STORE_PASSWORD_FILE"),
    PERMISSION("it does not permit a command, a key or the channel: check the user's ACL"),
    READ_ONLY("it is read-only"),
    OUT_OF_MEMORY("it is out of memory"),
    LOADING("it is loading its data"),
    CLUSTER("its cluster is incomplete, or STORE_TYPE is wrong"),
    ERROR("it answers with errors"),
    NONSENSE("it sends what is no answer of Redis");

    /** The code of an error, which in a script's error is behind a hyphen (Redis 6) or in front (Redis 7). */
    private static final Pattern CODE = Pattern.compile("^(?:ERR Error running script.*?-)?([A-Z_]+)\\b", Pattern.DOTALL);

    /** Faults that may concern one command only. */
    private static final Set<StoreFault> OF_ONE_COMMAND = Set.of(TIMEOUT, ERROR);

    private final String explanation;

    StoreFault(String explanation) {
        this.explanation = explanation;
    }

    /** @return the rest of a sentence that starts with Redis, for an operator */
    String explanation() {
        return explanation;
    }

    /** @return the value of a metric's label */
    String tag() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @return whether one such fault means that Redis is down; otherwise several in a row do */
    boolean isOfAll() {
        return !OF_ONE_COMMAND.contains(this);
    }

    static StoreFault of(Throwable failure) {
        if (failure instanceof StoreUnavailableException unavailable) {
            return unavailable.fault();
        }
        if (failure instanceof ErrorType error) {
            return ofReply(String.valueOf(error.getMessage()));
        }
        if (failure instanceof UnknownHostException) {
            return HOST_UNKNOWN;
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return TLS;
            }
        }
        return CONNECTION;
    }

    private static StoreFault ofReply(String message) {
        Matcher matcher = CODE.matcher(message);
        return switch (matcher.find() ? matcher.group(1) : "") {
            case "CONNECTION_CLOSED" -> CONNECTION;
            case "WRONGPASS", "NOAUTH" -> CREDENTIALS;
            case "NOPERM" -> PERMISSION;
            case "READONLY" -> READ_ONLY;
            case "OOM" -> OUT_OF_MEMORY;
            case "LOADING", "MASTERDOWN" -> LOADING;
            case "BUSY" -> TIMEOUT;
            case "CLUSTERDOWN", "MOVED", "ASK", "TRYAGAIN", "CROSSSLOT" -> CLUSTER;
            case "ILLEGAL_STATE" -> NONSENSE;
            default -> ERROR;
        };
    }
}
