/** Where settings come from, and how secrets among them are read. */
package dev.leantokens.settings;
