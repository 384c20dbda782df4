/** What a process takes, seen from outside. */
package dev.leantokens.vitals;
