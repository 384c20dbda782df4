package dev.leantokens.token;

import java.util.Locale;

import dev.leantokens.error.Origin;
import dev.leantokens.token.UpstreamTokenRequest.CredentialsOwner;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;

/** The attributes by which spans describe a request for a token: which kind it is, and never whose. */
public final class TokenAttributes {

    private static final AttributeKey<String> ADAPTER = AttributeKey.stringKey("token.adapter");
    private static final AttributeKey<String> SCOPE = AttributeKey.stringKey("token.scope");
    private static final AttributeKey<String> CREDENTIALS = AttributeKey.stringKey("token.credentials");
    private static final AttributeKey<String> SOURCE = AttributeKey.stringKey("token.source");
    private static final AttributeKey<Boolean> COLLAPSED = AttributeKey.booleanKey("token.collapsed");

    private TokenAttributes() {
    }

    /** Describes a request. */
    public static void describe(Span request, Origin adapter, Scope scope, CredentialsOwner credentials) {
        if (request.isRecording()) {
            request.setAttribute(ADAPTER, adapter.tag())
                    .setAttribute(SCOPE, kind(scope))
                    .setAttribute(CREDENTIALS, name(credentials));
        }
    }

    /** Adds the cache decision, as {@code Cache-Status} tells it to the caller. */
    public static void describe(Span request, IssuedToken issued) {
        if (request.isRecording()) {
            request.setAttribute(SOURCE, name(issued.source())).setAttribute(COLLAPSED, issued.shared());
        }
    }

    /** Describes a call that is about to start. */
    static SpanBuilder describe(SpanBuilder call, UpstreamTokenRequest request) {
        return call.setAttribute(SCOPE, kind(request.scope())).setAttribute(CREDENTIALS, name(request.owner()));
    }

    /** Excludes the id of a customer. */
    private static String kind(Scope scope) {
        return scope.isCustomer() ? "customer" : "api";
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
