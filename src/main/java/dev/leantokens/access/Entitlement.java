package dev.leantokens.access;

import java.util.Optional;

import dev.leantokens.token.ClientCredentials;
import dev.leantokens.token.Requester;

/**
 * What a caller may use.
 *
 * @param leanCredentials its own Lean credentials; empty for the service's
 * @param requester what it counts for
 */
record Entitlement(Optional<ClientCredentials> leanCredentials, Requester requester) {
}
