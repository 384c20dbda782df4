/** How JSON that callers and Lean send is read, whoever reads it. */
package dev.leantokens.json;
