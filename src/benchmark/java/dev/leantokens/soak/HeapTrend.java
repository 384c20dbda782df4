package dev.leantokens.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Determines whether the heap in use after garbage collections has grown. */
final class HeapTrend {

    /** The first part of the run, in which classes are loaded and the cache fills. */
    private static final double WARM_UP = 0.1;
    private static final double TOLERATED_PART = 0.25;
    private static final long TOLERATED_KIB = 5 * 1024;
    private static final int FEWEST = 9;

    private final List<Long> kib = new ArrayList<>();

    void add(long heapKiB) {
        kib.add(heapKiB);
    }

    /** @return the growth in words; empty if it is within the tolerance */
    Optional<String> growth() {
        if (kib.size() < FEWEST) {
            return Optional.empty();
        }
        long first = median(third(0));
        long last = median(third(2));
        return last <= first * (1 + TOLERATED_PART) + TOLERATED_KIB
                ? Optional.empty()
                : Optional.of("from " + first + " KiB in the first third to " + last + " KiB in the last");
    }

    private List<Long> third(int number) {
        List<Long> warm = kib.subList((int) Math.ceil(kib.size() * WARM_UP), kib.size());
        return warm.subList(warm.size() * number / 3, warm.size() * (number + 1) / 3);
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(0L);
    }

    /** The samples in MiB, in their order. */
    @Override
    public String toString() {
        return kib.stream().map(value -> "%.1f".formatted(value / 1024.0)).collect(Collectors.joining(" "));
    }
}
