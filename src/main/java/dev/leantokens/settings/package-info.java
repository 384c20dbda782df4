/** Sources of settings, literal secrets, and rules that settings of several packages share. */
package dev.leantokens.settings;
