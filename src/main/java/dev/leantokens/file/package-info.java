/** Files that are read again when they change. */
package dev.leantokens.file;
