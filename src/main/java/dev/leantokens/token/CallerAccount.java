package dev.leantokens.token;

/** A caller that a call to Lean is made for, as far as other callers are concerned. Used only where a call is made. */
public interface CallerAccount {

    /** The service itself. */
    CallerAccount SERVICE = new CallerAccount() {

        @Override
        public String account() {
            return "this service";
        }

        @Override
        public String sharer() {
            return account();
        }

        @Override
        public int sharers() {
            return 1;
        }
    };

    /** @return the name under which the caller waits in line; not a secret */
    String account();

    /** @return the name under which its calls with the service's credentials are counted; several callers can have one */
    String sharer();

    /** @return the number of sharers that can exist: each is guaranteed an equal part of the service's budget */
    int sharers();

    /** @return whether there can be callers with Lean credentials of their own, who can try the service's client id */
    default boolean areTriesAllowed() {
        return false;
    }
}
