package dev.leantokens.lean;

import java.util.Optional;

import dev.leantokens.token.TokenStandIn;
import io.quarkus.runtime.configuration.ConfigurationException;

/** Replaces Lean for trials without an account at Lean. Implemented by the package {@code standin}. */
public interface LeanStandIn extends TokenStandIn {

    /**
     * Starts the stand-in if it is configured.
     *
     * @return the account at the stand-in, which accepts connections by then; empty if the service uses Lean
     * @throws ConfigurationException if settings for Lean are set, which the stand-in would ignore; the message is for an
     *         operator and names the variables
     */
    Optional<LeanAccount> account();
}
