/** Where tokens are kept within this process. */
package dev.leantokens.cache;
