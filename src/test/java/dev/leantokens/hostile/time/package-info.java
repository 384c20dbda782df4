/** Machines whose time is not what it seems: clocks that are set, sleep, and processes that are stopped for a while. */
package dev.leantokens.hostile.time;
