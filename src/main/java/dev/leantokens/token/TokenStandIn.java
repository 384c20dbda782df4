package dev.leantokens.token;

/** A server that issues tokens in place of Lean. */
public interface TokenStandIn {

    /** @return whether tokens are issued by the stand-in, so that they grant no access */
    boolean isUsed();
}
