/** HTTP handling of both ports outside of the adapters: the order of filters, request bodies, errors and their callers. */
package dev.leantokens.http;
