/** Reading of JSON that callers and Lean send. */
package dev.leantokens.json;
