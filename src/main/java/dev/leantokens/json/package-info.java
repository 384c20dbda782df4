/** How JSON that callers and Lean send is read. */
package dev.leantokens.json;
