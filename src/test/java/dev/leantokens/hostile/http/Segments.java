package dev.leantokens.hostile.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Bytes that are sent in several parts, some of them after a pause. */
record Segments(List<byte[]> parts, List<Integer> pauseMillis) {

    private static final int MOST = 8;
    private static final int LONGEST_PAUSE_MILLIS = 30;

    static Segments cut(byte[] bytes, RandomGenerator random) {
        List<Integer> cuts = new ArrayList<>(random.ints(random.nextInt(MOST), 0, bytes.length + 1).sorted().boxed().toList());
        cuts.add(bytes.length);
        List<byte[]> parts = new ArrayList<>();
        List<Integer> pauses = new ArrayList<>();
        int from = 0;
        for (int to : cuts) {
            parts.add(Arrays.copyOfRange(bytes, from, to));
            pauses.add(random.nextInt(3) == 0 ? random.nextInt(LONGEST_PAUSE_MILLIS) : 0);
            from = to;
        }
        return new Segments(parts, pauses);
    }

    void sendTo(Conversation conversation) {
        for (int i = 0; i < parts.size(); i++) {
            if (pauseMillis.get(i) > 0) {
                conversation.pause(pauseMillis.get(i));
            }
            conversation.send(parts.get(i));
        }
    }
}
