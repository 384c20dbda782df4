package dev.leantokens.http;

import java.util.List;

import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Variant;

import org.jboss.resteasy.reactive.server.core.EncodedMediaType;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/** Chooses among the forms of a resource by the {@code Accept} header (RFC 9110 §12.5.1). No caller is refused by it. */
public final class ContentNegotiation {

    private ContentNegotiation() {
    }

    /** @return the preferred form; the first one if the caller accepts neither, or its header is malformed */
    public static Variant preferred(Request request, Variant first, Variant second) {
        try {
            Variant preferred = request.selectVariant(List.of(first, second));
            return preferred == null ? first : preferred;
        } catch (RuntimeException e) {
            // Of several types, depending on what is wrong.
            return first;
        }
    }

    /**
     * Sets the type of the response. The resource method returns its bytes: for a response object, Quarkus REST negotiates the
     * type again, refuses callers that do not accept it, and fails for a malformed header.
     */
    public static void respondWith(ServerRequestContext context, EncodedMediaType type) {
        ((ResteasyReactiveRequestContext) context).setResponseContentType(type);
    }
}
