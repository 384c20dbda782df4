/** Traces: the spans of this service, and the trace context that it receives and passes on. */
package dev.leantokens.trace;
