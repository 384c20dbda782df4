package dev.leantokens.access;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import dev.leantokens.access.LocalClients.KeyedDigest;

/**
 * Remembers which local client each {@code Authorization} header has authenticated: reading a header and looking up its secret
 * takes more than twice as long. Belongs to one {@link LocalClients}, so it ends with the secrets that it relies on. Keeps
 * digests of headers only. Thread-safe.
 */
final class AuthenticatedHeaders {

    /** A client can write its header in many ways; each takes 150 bytes. */
    static final int MAX_HEADERS = LocalClients.MAX_CLIENTS;

    private final byte[] key = KeyedDigest.newKey();
    private final Map<KeyedDigest, LocalClient> clients = new ConcurrentHashMap<>();

    /**
     * @param authentication decides about a header that is not remembered
     * @return the client of the header, as {@code authentication} returns it
     */
    Optional<Client> client(String header, Supplier<Optional<Client>> authentication) {
        KeyedDigest digest = new KeyedDigest(key, header);
        LocalClient remembered = clients.get(digest);
        if (remembered != null) {
            return Optional.of(remembered);
        }
        Optional<Client> client = authentication.get();
        // Not those of Lean, which contain a secret, nor those with a token, which expires.
        if (client.isPresent() && client.get() instanceof LocalClient local) {
            remember(digest, local);
        }
        return client;
    }

    private void remember(KeyedDigest header, LocalClient client) {
        if (clients.size() >= MAX_HEADERS) {
            clients.clear();
        }
        clients.put(header, client);
    }

    int size() {
        return clients.size();
    }
}
