package dev.leantokens.token;

import java.util.function.BiConsumer;
import java.util.function.Function;

import io.smallrye.mutiny.Uni;

/** The outcome of a request for a token: a token from the cache is a value, and costs no pipeline; one from Lean is pending. */
public sealed interface Issuance permits IssuedToken, Issuance.Pending {

    /**
     * @return an adapter's answer with the token; or the failure, which is always a {@link dev.leantokens.error.TokenException}
     */
    <T> Uni<T> map(Function<IssuedToken, T> answer);

    /** @return an adapter's answer with the token or the failure */
    <T> Uni<T> map(Function<IssuedToken, T> answer, Function<Throwable, T> error);

    default Uni<IssuedToken> toUni() {
        return map(Function.identity());
    }

    /** @return the same outcome, of which the consumer gets either the token or the failure */
    Issuance whenDone(BiConsumer<IssuedToken, Throwable> done);

    /**
     * A token that is requested from Lean when this is subscribed to.
     *
     * @param token emitted on the caller's Vert.x context, if there is one; or a failure
     */
    record Pending(Uni<IssuedToken> token) implements Issuance {

        static Issuance failed(Throwable failure) {
            return new Pending(Uni.createFrom().failure(failure));
        }

        @Override
        public <T> Uni<T> map(Function<IssuedToken, T> answer) {
            return token.map(answer);
        }

        @Override
        public <T> Uni<T> map(Function<IssuedToken, T> answer, Function<Throwable, T> error) {
            return token.map(answer).onFailure().recoverWithItem(error);
        }

        @Override
        public Issuance whenDone(BiConsumer<IssuedToken, Throwable> done) {
            return new Pending(token.onItemOrFailure().invoke(done));
        }
    }
}
