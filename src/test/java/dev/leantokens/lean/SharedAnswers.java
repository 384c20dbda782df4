package dev.leantokens.lean;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;

/** Collects the questions until the test answers them. */
final class SharedAnswers implements SharedBudget {

    final List<Question> open = new ArrayList<>();
    final List<Call> begun = new ArrayList<>();
    final List<Call> made = new ArrayList<>();
    final List<Call> unused = new ArrayList<>();
    final List<Pause> pauses = new ArrayList<>();
    int asked;
    boolean up = true;
    int replicas = 1;
    Instant lastReturn = Instant.MIN;

    record Pause(String clientId, Optional<String> credentials, Duration duration) {
    }

    record Question(Call call, Own own, UniEmitter<? super Answer> answer) {
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public boolean isUp() {
        return up;
    }

    @Override
    public Instant lastReturn() {
        return lastReturn;
    }

    @Override
    public int replicas() {
        return replicas;
    }

    @Override
    public Uni<Answer> take(Call call, Own own, Duration reserve) {
        asked++;
        return Uni.createFrom().emitter(answer -> open.add(new Question(call, own, answer)));
    }

    @Override
    public void begin(Call call) {
        begun.add(call);
    }

    @Override
    public void end(Call call, boolean wasMade) {
        (wasMade ? made : unused).add(call);
    }

    @Override
    public void pause(String clientId, Optional<String> credentials, Duration wait) {
        pauses.add(new Pause(clientId, credentials, wait));
    }

    void answer(Answer answer) {
        open.remove(0).answer.complete(answer);
    }

    void take(int left) {
        answer(new Taken(left, Optional.empty()));
    }

    void deny(Reason reason, int left, Duration... waits) {
        answer(new Denied(reason, left, List.of(waits)));
    }

    void fail() {
        open.remove(0).answer.fail(new IllegalStateException("too late"));
    }
}
