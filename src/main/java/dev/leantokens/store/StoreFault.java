package dev.leantokens.store;

import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.net.ssl.SSLException;

import io.vertx.redis.client.impl.types.ErrorType;

/** Why Redis cannot be used. */
enum StoreFault {

    TIMEOUT("it does not answer in time"),
    CONNECTION("it cannot be reached, or closes connections"),
    HOST_UNKNOWN("the name of its host in STORE_URL is unknown, or cannot be looked up in time"),
    TLS("the TLS handshake with it fails: check its certificate, STORE_TLS_CA and rediss:// in STORE_URL"),
    CREDENTIALS("it refuses the user or the password of STORE_URL or STORE_PASSWORD_FILE"),
    PERMISSION("it does not permit a command, a key or the channel: check the user's ACL"),
    READ_ONLY("it is read-only"),
    OUT_OF_MEMORY("it is out of memory"),
    LOADING("it is loading its data"),
    TOPOLOGY("it is not what STORE_TYPE says, STORE_SENTINEL_MASTER is unknown to it, or its cluster is incomplete"),
    DATABASE("it has no database with the number in STORE_URL"),
    ERROR("it answers with errors"),
    NONSENSE("its replies are not those of a Redis server");

    /** The code of an error, which in a script's error is behind a hyphen (Redis 6) or in front (Redis 7). */
    private static final Pattern CODE = Pattern.compile("^(?:ERR Error running script.*?-)?([A-Z_]+)\\b", Pattern.DOTALL);

    /** How Vert.x' clients for sentinels and clusters report the failures of all addresses. */
    private static final List<String> OF_ALL_ADDRESSES = List.of("Cannot connect to any of", "Failed to connect to all");

    /** What the failures of several addresses contain, from the most telling one. */
    private static final Map<String, StoreFault> SIGNS = new LinkedHashMap<>();

    static {
        SIGNS.put("WRONGPASS", CREDENTIALS);
        SIGNS.put("NOAUTH", CREDENTIALS);
        SIGNS.put("NOPERM", PERMISSION);
        SIGNS.put("SSL", TLS);
        SIGNS.put("SENTINEL", TOPOLOGY);
        SIGNS.put("No such master", TOPOLOGY);
        SIGNS.put("CLUSTER SLOTS", TOPOLOGY);
        SIGNS.put("cluster support", TOPOLOGY);
        SIGNS.put("UnknownHostException", HOST_UNKNOWN);
    }

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

    /** @return whether one such fault means that Redis is down; otherwise, a {@link FailureStreak} does */
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
        String message = String.valueOf(failure.getMessage());
        if (OF_ALL_ADDRESSES.stream().anyMatch(message::startsWith)) {
            return ofAllAddresses(message);
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return TLS;
            }
        }
        return CONNECTION;
    }

    /** @param message has a line for each address */
    private static StoreFault ofAllAddresses(String message) {
        for (Map.Entry<String, StoreFault> sign : SIGNS.entrySet()) {
            if (message.contains(sign.getKey())) {
                return sign.getValue();
            }
        }
        return CONNECTION;
    }

    private static StoreFault ofReply(String message) {
        if (message.contains("DB index")) {
            return DATABASE;
        }
        Matcher matcher = CODE.matcher(message);
        return switch (matcher.find() ? matcher.group(1) : "") {
            case "CONNECTION_CLOSED" -> CONNECTION;
            case "WRONGPASS", "NOAUTH" -> CREDENTIALS;
            case "NOPERM" -> PERMISSION;
            case "READONLY" -> READ_ONLY;
            case "OOM" -> OUT_OF_MEMORY;
            case "LOADING", "MASTERDOWN" -> LOADING;
            case "BUSY" -> TIMEOUT;
            case "CLUSTERDOWN", "MOVED", "ASK", "TRYAGAIN", "CROSSSLOT" -> TOPOLOGY;
            case "ILLEGAL_STATE" -> NONSENSE;
            default -> ERROR;
        };
    }
}
