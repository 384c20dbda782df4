package dev.leantokens.status;

/**
 * Counts since the start, of one moment.
 *
 * @param hits as in {@link Status.Slot}, and so are the other counts
 * @param requestLatency of requests
 * @param callLatency of calls to Lean
 */
record TrafficSample(long hits, long others, long errors, long calls, long failedCalls, LatencyBuckets requestLatency,
        LatencyBuckets callLatency) {

    /** @return the same of the time since an earlier sample */
    TrafficSample since(TrafficSample earlier) {
        return new TrafficSample(hits - earlier.hits, others - earlier.others, errors - earlier.errors, calls - earlier.calls,
                failedCalls - earlier.failedCalls, requestLatency.since(earlier.requestLatency),
                callLatency.since(earlier.callLatency));
    }
}
