/** Content of requests and of files: every parser by itself, and all of them behind both ports. */
package dev.leantokens.hostile.input;
