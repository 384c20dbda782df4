/** Errors: their codes, the exception, the response, and the one place that logs and counts them. */
package dev.leantokens.error;
