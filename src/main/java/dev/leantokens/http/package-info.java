/** What the requests of both ports share before and after the adapters: the order of the filters, bodies, and error pages. */
package dev.leantokens.http;
