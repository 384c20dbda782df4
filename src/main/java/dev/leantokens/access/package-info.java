/**
 * Authenticates callers, and decides by which host names they may call, which scopes they get and whose credentials they use.
 */
package dev.leantokens.access;
