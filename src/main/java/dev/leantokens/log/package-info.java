/** Output of the log: a reader that stalls must not stop the service. */
package dev.leantokens.log;
