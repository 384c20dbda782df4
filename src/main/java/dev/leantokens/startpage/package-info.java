/** The page at the root of the main port: where everything else is, for people and for programs. */
package dev.leantokens.startpage;
