/** The time that really passes, whatever is done to the machine's clock. */
package dev.leantokens.clock;
