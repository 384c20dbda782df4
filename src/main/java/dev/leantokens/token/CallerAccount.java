package dev.leantokens.token;

/**
 * The account of a caller that a call to Lean is made for. Created when a call is made, not for tokens from the cache.
 *
 * @param account the name under which the caller waits in line; not a secret
 * @param sharer the name under which its calls with the service's credentials are counted; several callers can have the same
 * @param sharers the number of sharers that can exist: each is guaranteed an equal part of the service's budget
 * @param triesAllowed whether callers may bring their own Lean credentials, and so can try secrets for the service's client id
 */
public record CallerAccount(String account, String sharer, int sharers, boolean triesAllowed) {

    /** The account of the service itself. */
    public static final CallerAccount SERVICE = new CallerAccount("this service", "this service", 1, false);
}
