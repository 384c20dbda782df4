package dev.leantokens.token;

/** Who a call to Lean is made for, as far as others have to do with it. Asked only where a call is made. */
public interface Requester {

    /** The service itself. */
    Requester SERVICE = new Requester() {

        @Override
        public String account() {
            return "this service";
        }

        @Override
        public boolean shares() {
            return false;
        }
    };

    /** @return what the calls of one caller are counted under, no secret */
    String account();

    /** @return whether it is one of several that share the service's own budget of calls */
    boolean shares();
}
