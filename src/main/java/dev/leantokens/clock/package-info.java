/** A clock that never goes back and includes the time that the machine sleeps; and one that stops while it sleeps. */
package dev.leantokens.clock;
