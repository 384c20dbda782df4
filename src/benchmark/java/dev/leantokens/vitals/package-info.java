/** Measures the resources that a process uses. */
package dev.leantokens.vitals;
