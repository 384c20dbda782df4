/** Files that are polled for changes. */
package dev.leantokens.file;
