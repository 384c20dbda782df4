/** The page at the root of the main port: links to the other endpoints and, for operators, the status of the service. */
package dev.leantokens.status;
