package dev.leantokens.access;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The local clients that are configured at a time. Immutable. */
final class LocalClients {

    /** Every lookup compares with the secrets of all. */
    static final int MOST = 1_000;

    private final List<LocalClient> clients;

    /** @throws IllegalArgumentException if they cannot be told from each other; the message names them */
    LocalClients(List<LocalClient> clients) {
        if (clients.size() > MOST) {
            throw new IllegalArgumentException("there are more than " + MOST + " local clients");
        }
        Set<String> ids = new HashSet<>();
        Set<SecretDigest> secrets = new HashSet<>();
        for (LocalClient client : clients) {
            if (!ids.add(client.id())) {
                throw new IllegalArgumentException("local client " + client.id() + " is configured twice");
            }
            for (SecretDigest secret : client.secrets()) {
                if (!secrets.add(secret)) {
                    throw new IllegalArgumentException(
                            "local client " + client.id() + " has a secret that was given out before");
                }
            }
        }
        this.clients = List.copyOf(clients);
    }

    int size() {
        return clients.size();
    }

    /** @return the client of this id whose secret this is; empty for an id that there is not as for a wrong secret */
    Optional<LocalClient> find(String id, String secret) {
        return find(secret).filter(client -> client.id().equals(id));
    }

    /**
     * Compares each reading, whether or not one has matched. There is one client of an id, so they cannot match several.
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

    /**
     * Compares with every secret of every client, whether or not one has matched, so that the time tells neither which ids
     * there are nor how much of a secret was right.
     *
     * @return the client whose secret this is
     */
    Optional<LocalClient> find(String secret) {
        SecretDigest presented = SecretDigest.of(secret);
        LocalClient owner = null;
        for (LocalClient client : clients) {
            for (SecretDigest known : client.secrets()) {
                if (known.matches(presented)) {
                    owner = client;
                }
            }
        }
        return Optional.ofNullable(owner);
    }
}
