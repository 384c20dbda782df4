package dev.leantokens.access;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The local clients that are configured at a time. A secret's owner is looked up by a {@link KeyedDigest}, whose key is new for
 * each instance. The time of a lookup therefore depends on nothing but the length of what was presented: not on the number of
 * clients, nor on which ids there are, since the id is compared after the secret was right. Immutable.
 */
final class LocalClients {

    /** Bounds the memory that they need, and the time to read them. */
    static final int MOST = 10_000;

    private final byte[] key = KeyedDigest.newKey();
    private final Map<KeyedDigest, LocalClient> owners = new HashMap<>();
    private final int size;

    /** @throws IllegalArgumentException if they cannot be told from each other; the message names them */
    LocalClients(List<LocalClient> clients) {
        if (clients.size() > MOST) {
            throw new IllegalArgumentException("there are more than " + MOST + " local clients");
        }
        this.size = clients.size();
        Set<String> ids = new HashSet<>();
        for (LocalClient client : clients) {
            if (!ids.add(client.id())) {
                throw new IllegalArgumentException("local client " + client.id() + " is configured twice");
            }
            for (SecretDigest secret : client.secrets()) {
                if (owners.putIfAbsent(new KeyedDigest(key, secret), client) != null) {
                    throw new IllegalArgumentException(
                            "local client " + client.id() + " has a secret that was given out before");
                }
            }
        }
    }

    int size() {
        return size;
    }

    /** @return the client of this id whose secret this is; empty for an id that there is not as for a wrong secret */
    Optional<LocalClient> find(String id, String secret) {
        return find(secret).filter(client -> client.id().equals(id));
    }

    /**
     * Looks up each reading, whether or not one has matched. There is one client of an id, so they cannot match several.
     *
     * @param readings what one secret that was sent can mean
     * @return the client of this id whose secret is one of the readings
     */
    Optional<LocalClient> find(String id, Set<String> readings) {
        Optional<LocalClient> owner = Optional.empty();
        for (String reading : readings) {
            Optional<LocalClient> found = find(id, reading);
            owner = found.isPresent() ? found : owner;
        }
        return owner;
    }

    /** @return the client whose secret this is */
    Optional<LocalClient> find(String secret) {
        return Optional.ofNullable(owners.get(new KeyedDigest(key, SecretDigest.of(secret))));
    }
}
