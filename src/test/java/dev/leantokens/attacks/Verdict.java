package dev.leantokens.attacks;

import java.util.Optional;

import dev.leantokens.token.ClientCredentials;
import io.vertx.core.json.JsonObject;

/** The error with which Lean answers the token request of an attacker. */
public record Verdict(int status, String error) {

    /** @return the error for this request; empty if it gets a token */
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
