/** How the log is written: a reader that stalls must not stop the service. Depends on no other package. */
package dev.leantokens.log;
