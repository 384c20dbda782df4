package dev.leantokens.error;

/**
 * The name of a caller in the log. Only a {@linkplain #federated federated} caller may control a part of it.
 *
 * @param name the caller
 * @param group callers whose errors are counted together
 * @param authenticated whether the caller is a configured client, so that the number of such groups is limited
 */
public record CallerName(String name, String group, boolean authenticated) {

    /** This service, which refreshes and prefetches tokens. */
    static final CallerName SERVICE = new CallerName("this service", "this service", true);

    public static CallerName authenticated(String name) {
        return new CallerName(name, name, true);
    }

    /**
     * @param name from the token of an issuer, printable ASCII without spaces. There can be any number, so their groups are
     *        limited too
     */
    public static CallerName federated(String name) {
        return new CallerName(name, name, false);
    }

    /** @param network of the caller, which can have many addresses */
    public static CallerName unauthenticated(String name, String network) {
        return new CallerName(name, network, false);
    }
}
