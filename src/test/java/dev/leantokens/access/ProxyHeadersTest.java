package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.vertx.core.MultiMap;

class ProxyHeadersTest {

    @ParameterizedTest
    @ValueSource(strings = {
            // In general use
            "Forwarded", "Forwarded-For", "X-Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Client-Cert",
            "X-Original-Forwarded-For", "X-Original-URL", "X-Original-Host", "X-Original-Remote-Addr", "X-Forward-For", "Via",
            "X-BlueCoat-Via", "X-Real-IP", "Client-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP",
            "Proxy-Client-IP",
            "X-Remote-IP", "X-Remote-Addr", "Remote-Addr", "X-Originating-IP", "X-ProxyUser-Ip", "X-Proxy-Url",
            "X-Request-Start", "X-Queue-Start", "Client-Cert", "Client-Cert-Chain", "SSL-Client-Verify",
            // Proxies, meshes, authenticating proxies
            "X-Envoy-External-Address", "X-Envoy-Peer-Metadata", "l5d-client-id", "l5d-dst-canonical", "X-Kong-Request-Id",
            "X-Varnish", "Surrogate-Capability", "WL-Proxy-Client-IP", "WL-Proxy-SSL", "Pinpoint-ProxyNginx", "Remote-User",
            "X-Remote-User", "X-Auth-Request-Email", "X-Authentik-Username", "X-Pomerium-Jwt-Assertion", "X-WebAuth-User",
            // Clouds and platforms
            "X-Amzn-Trace-Id", "X-Amzn-Oidc-Data", "X-Amz-Cf-Id", "CloudFront-Viewer-Address", "X-Appengine-User-IP",
            "X-Appengine-Country", "X-Cloud-Trace-Context", "X-Goog-Iap-Jwt-Assertion", "X-Goog-Authenticated-User-Email",
            "X-Azure-ClientIP", "X-Azure-SocketIP", "X-Azure-Ref", "X-Appgw-Trace-Id", "X-ARR-SSL",
            "X-Ms-Client-Principal-Name",
            "X-MS-Proxy", "X-MS-Forwarded-Client-IP", "X-CF-Forwarded-Url", "Fly-Client-IP", "Fly-Region",
            "X-Vercel-Forwarded-For", "X-Vercel-IP-Country", "X-Nf-Client-Connection-IP", "DO-Connecting-IP",
            // CDNs and tunnels
            "Cdn-Loop", "Cdn-Src-Ip", "CF-Connecting-IP", "CF-Ray", "CF-Visitor", "Fastly-Client-IP", "Fastly-FF",
            "Akamai-Origin-Hop", "X-Akamai-Edgescape", "Incap-Client-IP", "X-Sucuri-ClientIP", "Ali-Cdn-Real-Ip",
            "Tailscale-User-Login", "X-Tailscale-Tailnet", "ngrok-trace-id" })
    void headersOfProxiesAreDetected(String name) {
        assertThat(ProxyHeaders.isProxyHeader(name)).isTrue();
        assertThat(ProxyHeaders.isProxyHeader(name.toLowerCase(Locale.ROOT))).isTrue();
        assertThat(ProxyHeaders.isProxyHeader(name.toUpperCase(Locale.ROOT).replace('-', '_'))).isTrue();
    }

    /** Callers on this machine send them without a proxy. */
    @ParameterizedTest
    @ValueSource(strings = {
            // HTTP clients and browsers
            "Host", "User-Agent", "Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control",
            "Connection",
            "Content-Encoding", "Content-Length", "Content-Type", "Cookie", "Date", "DNT", "Expect", "From", "Keep-Alive",
            "If-None-Match", "Max-Forwards", "Origin", "Pragma", "Priority", "Proxy-Connection", "Range", "Referer",
            "Save-Data", "Sec-CH-UA", "Sec-CH-UA-Platform", "Sec-Fetch-Dest", "Sec-Fetch-Mode", "Sec-Fetch-Site", "Sec-GPC",
            "TE",
            "Trailer", "Transfer-Encoding", "Upgrade", "Upgrade-Insecure-Requests", "Access-Control-Request-Headers",
            "Access-Control-Request-Method", "HTTP2-Settings", "X-Requested-With", "X-CSRF-Token", "X-Client-Data",
            "Postman-Token", "Idempotency-Key", "X-Api-Key", "X-HTTP-Method-Override", "X-Client-Id", "X-Custom",
            // MCP
            "Mcp-Session-Id", "Mcp-Protocol-Version", "Mcp-Method", "Mcp-Name", "Last-Event-ID", "X-MCP-Proxy-Auth",
            // Traces and ids of requests
            "traceparent", "tracestate", "baggage", "b3", "X-B3-TraceId", "X-B3-SpanId", "X-B3-Sampled", "uber-trace-id",
            "jaeger-debug-id", "x-datadog-trace-id", "x-datadog-parent-id", "x-datadog-sampling-priority", "sentry-trace",
            "newrelic", "X-NewRelic-ID", "elastic-apm-traceparent", "X-Request-Id", "X-Correlation-Id", "X-Trace-Id",
            "Request-Id", "Correlation-Context",
            // SDKs
            "X-Stainless-Lang", "X-Stainless-Retry-Count", "X-Amz-Date", "X-Amz-Security-Token", "amz-sdk-invocation-id",
            "X-Goog-Api-Client", "X-Goog-User-Project", "X-Ms-Client-Request-Id", "Device-Id", "X-Description", "" })
    void headersOfCallersAreNotDetected(String name) {
        assertThat(ProxyHeaders.isProxyHeader(name)).isFalse();
        assertThat(ProxyHeaders.isProxyHeader(name.toLowerCase(Locale.ROOT))).isFalse();
    }

    @Test
    void oneHeaderIsEnough() {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().add("Host", "localhost").add("Accept", "*/*");
        assertThat(ProxyHeaders.anyIn(headers)).isFalse();

        assertThat(ProxyHeaders.anyIn(headers.add("X-Forwarded-For", ""))).isTrue();
    }
}
