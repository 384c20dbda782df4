/** Hostile callers, at the level of bytes and frames, towards both ports of the packaged service. */
package dev.leantokens.hostile.http;
