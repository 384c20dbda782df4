/** A clock that never goes back and includes the time that the machine sleeps. */
package dev.leantokens.clock;
