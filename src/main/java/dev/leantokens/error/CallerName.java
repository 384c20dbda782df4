package dev.leantokens.error;

/**
 * How the log names the caller of a request. Contains nothing that the caller controls.
 *
 * @param name the caller
 * @param group the callers whose errors are counted together
 * @param authenticated whether there are no more such groups than this service has clients configured
 */
public record CallerName(String name, String group, boolean authenticated) {

    /** The service itself, which refreshes and prefetches tokens. */
    static final CallerName SERVICE = new CallerName("this service", "this service", true);

    public static CallerName authenticated(String name) {
        return new CallerName(name, name, true);
    }

    /** @param network where the caller is, so that it cannot have a name for each of its addresses */
    public static CallerName unauthenticated(String name, String network) {
        return new CallerName(name, network, false);
    }
}
