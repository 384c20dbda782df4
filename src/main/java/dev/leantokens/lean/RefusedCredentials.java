package dev.leantokens.lean;

/** The message about refused service credentials, for callers, the log and the health answer. */
final class RefusedCredentials {

    private RefusedCredentials() {
    }

    /** @return the likeliest reason and the settings to correct, with neither a URL nor an id */
    static String reason(LeanConfig config) {
        return "Lean refused the credentials of this service. Most likely they belong to another environment: "
                + (config.url().isPresent()
                        ? "LEAN_URL is set, which replaces LEAN_ENVIRONMENT"
                        : "LEAN_ENVIRONMENT is " + config.environment().configuredName())
                + ". Its operator has to correct that, or LEAN_CLIENT_ID and the secret or key that belongs to it";
    }
}
