/** The audit: one line for each token that is issued and each request that is refused. */
package dev.leantokens.audit;
