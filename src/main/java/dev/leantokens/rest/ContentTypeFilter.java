package dev.leantokens.rest;

import jakarta.ws.rs.NotSupportedException;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;

import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Refuses a body of no declared type, which Jakarta REST would take for whatever method it finds first. */
class ContentTypeFilter {

    @ServerRequestFilter
    void requireContentType(ContainerRequestContext request) {
        if (request.hasEntity() && request.getHeaderString(HttpHeaders.CONTENT_TYPE) == null) {
            throw new NotSupportedException();
        }
    }
}
