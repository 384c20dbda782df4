/** What both ports have in common before and after the adapters: filters in their order, the size limit, error pages. */
package dev.leantokens.http;
