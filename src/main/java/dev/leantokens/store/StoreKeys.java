package dev.leantokens.store;

import java.util.List;

/** The keys that are configured now: the first one seals and names, all of them open. Implementations are thread-safe. */
@FunctionalInterface
interface StoreKeys {

    /** @return one key, or two while one replaces the other */
    List<StoreKey> current();
}
