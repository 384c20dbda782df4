/** The page at the root of the main port: links to the other endpoints, for people and for programs. */
package dev.leantokens.startpage;
