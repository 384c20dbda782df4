package dev.leantokens.soak;

/**
 * What the application takes.
 *
 * @param heapKiB heap in use after a garbage collection
 * @param files open files, connections among them
 */
record Vitals(long heapKiB, int files, int threads) {
}
