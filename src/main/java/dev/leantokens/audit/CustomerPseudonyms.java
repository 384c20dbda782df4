package dev.leantokens.audit;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicReferenceArray;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import dev.leantokens.token.Scope;

/**
 * Names customers by HMAC with SHA-256 of their ids: the same customer always has the same name, and only the key reveals
 * which customer it is. Remembers the latest names. Thread-safe.
 */
final class CustomerPseudonyms {

    private static final String HMAC = "HmacSHA256";
    /** A power of two. */
    private static final int REMEMBERED = 4096;

    private final SecretKeySpec key;
    /** By the hash of the scope; a later one replaces another with the same index. */
    private final AtomicReferenceArray<Pseudonym> remembered = new AtomicReferenceArray<>(REMEMBERED);

    /** @param name in Base64 for URLs, without padding */
    private record Pseudonym(String scope, byte[] name) {

        /** Without the scope, which has the customer's id. */
        @Override
        public String toString() {
            return "Pseudonym[masked]";
        }
    }

    CustomerPseudonyms(byte[] key) {
        this.key = new SecretKeySpec(key, HMAC);
    }

    /** @return the name of the customer that a scope is for */
    byte[] of(Scope scope) {
        int hash = scope.value().hashCode();
        int index = (hash ^ hash >>> 16) & REMEMBERED - 1;
        Pseudonym known = remembered.get(index);
        if (known == null || !known.scope.equals(scope.value())) {
            known = new Pseudonym(scope.value(), hmac(scope.customer().orElseThrow()));
            remembered.set(index, known);
        }
        return known.name;
    }

    private byte[] hmac(String customer) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            return Base64.getUrlEncoder().withoutPadding().encode(mac.doFinal(customer.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + HMAC, e);
        } catch (InvalidKeyException e) {
            throw new IllegalStateException("any key fits", e);
        }
    }
}
