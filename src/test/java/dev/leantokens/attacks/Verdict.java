package dev.leantokens.attacks;

import java.util.Optional;

import dev.leantokens.token.ClientCredentials;
import io.vertx.core.json.JsonObject;

/** What Lean answers to an attacker's token request: an error, as the attacker would have it. */
public record Verdict(int status, String error) {

    /** @return the error for such a request; empty if it is no attacker's, or gets a token */
    public static Optional<Verdict> of(ClientCredentials client, String scope) {
        if (Parties.isMadeUp(client)) {
            return Optional.of(new Verdict(500, "server_error"));
        }
        if (Parties.isWrong(client)) {
            return Optional.of(client.clientId().equals(Parties.SERVICE.clientId())
                    ? new Verdict(429, "temporarily_unavailable")
                    : new Verdict(401, "invalid_client"));
        }
        return switch (scope) {
            case Parties.UNAUTHORIZED_SCOPE -> Optional.of(new Verdict(400, "unauthorized_client"));
            case Parties.REFUSED_SCOPE -> Optional.of(new Verdict(401, "invalid_client"));
            default -> Optional.empty();
        };
    }

    public JsonObject body() {
        return new JsonObject().put("error", error).put("error_description", "as the attacker would have it");
    }

    public boolean isThrottled() {
        return status == 429;
    }
}
