package dev.leantokens.issuer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.jose4j.json.JsonUtil;
import org.jose4j.lang.JoseException;

import dev.leantokens.file.FileWatch;
import dev.leantokens.settings.HttpsUrl;
import dev.leantokens.settings.IntactText;
import dev.leantokens.settings.ProxyAddress;
import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ProxyOptions;
import io.vertx.core.net.ProxyType;
import io.vertx.core.net.SocketAddress;

/**
 * Fetches the key set of an issuer from a URL, which discovery finds unless it is configured: OpenID Connect Discovery 1.0 §4,
 * then RFC 8414 §3. Each request has its own connection, and nothing that a server sends can take more than
 * {@link #LIMIT} or {@link #MAX_SIZE}. Not for concurrent fetches.
 */
final class KeyFetch implements Supplier<Future<KeySet>> {

    /** For everything: name servers, connections, metadata and keys. */
    static final Duration LIMIT = Duration.ofSeconds(5);
    /** For metadata and for keys, in bytes. */
    static final int MAX_SIZE = 256 * 1024;

    /** For an address; another one may respond. */
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(2);
    private static final int MAX_HEADERS_SIZE = 16 * 1024;
    /** How long discovery is remembered. */
    private static final Duration DISCOVERY_VALIDITY = Duration.ofHours(1);

    private static final String KEY_SET = "its key set";
    private static final String OPENID = "/.well-known/openid-configuration";
    private static final String OAUTH = "/.well-known/oauth-authorization-server";

    private final Vertx vertx;
    private final KeySource source;
    private final Clock clock;
    private final Context context;
    private final Duration limit;
    private final KeyHosts hosts;
    private final SharedCall<Files> files;
    /** Used on the context. */
    private Optional<Discovered> discovered = Optional.empty();

    /** The current content of the files that requests need. */
    private record Files(Optional<PemTrustOptions> authorities, Optional<String> token) {

        /** Leaves out the token. */
        @Override
        public String toString() {
            return "Files[]";
        }
    }

    private record Discovered(URI url, Instant at) {

        /** Leaves out the URL, which can contain a password. */
        @Override
        public String toString() {
            return "Discovered[" + at + "]";
        }
    }

    /** @param limit for a whole fetch */
    KeyFetch(Vertx vertx, KeySource source, Clock clock, KeyHosts.Lookup lookup, Duration limit) {
        this.limit = limit;
        this.vertx = vertx;
        this.source = source;
        this.clock = clock;
        this.context = vertx.getOrCreateContext();
        this.hosts = new KeyHosts(vertx, lookup);
        this.files = new SharedCall<>(vertx, this::readFiles);
    }

    /**
     * @return fails with a {@link KeysException}, or by a fault of this service; completed on another thread than the caller's
     */
    @Override
    public Future<KeySet> get() {
        Promise<KeySet> outcome = Promise.promise();
        context.runOnContext(nothing -> new Attempt(outcome).start());
        return outcome.future();
    }

    /** Each time, since both can be replaced: Kubernetes' tokens live for an hour. */
    private Files readFiles() throws KeysException {
        return new Files(read("ca", source.ca(), file -> KeySource.authorities(file, vertx)),
                read("token-file", source.tokenFile(), KeySource::token));
    }

    private static <T> Optional<T> read(String setting, Optional<Path> file, KeySource.FileReader<T> reader)
            throws KeysException {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(reader.read(file.get()));
        } catch (IOException e) {
            throw new KeysException(KeysFault.FILE, FileWatch.describe(setting, file.get(), e));
        }
    }

    /** One fetch, on the context. */
    private final class Attempt {

        private final Promise<KeySet> outcome;
        private long timer;
        private Files content;
        private HttpClient client;
        /** What is being waited for. */
        private String step = "files";

        private Attempt(Promise<KeySet> outcome) {
            this.outcome = outcome;
        }

        private void start() {
            timer = vertx.setTimer(limit.toMillis(), passed -> end(Future.failedFuture(new KeysException(KeysFault.TIMED_OUT,
                    step + ": not complete within " + limit.toSeconds() + " s"))));
            files.make().compose(this::connect).compose(this::keySet).onComplete(this::end);
        }

        private boolean isOver() {
            return outcome.future().isComplete();
        }

        private void end(AsyncResult<KeySet> result) {
            if (isOver()) {
                return;
            }
            vertx.cancelTimer(timer);
            if (client != null) {
                client.close();
            }
            if (result.failed()) {
                discovered = Optional.empty();
                outcome.fail(KeyFailure.translate(step, result.cause()));
            } else {
                outcome.complete(result.result());
            }
        }

        private Future<URI> connect(Files read) {
            if (isOver()) {
                return over();
            }
            content = read;
            HttpClientOptions options = new HttpClientOptions()
                    .setKeepAlive(false)
                    .setConnectTimeout((int) CONNECT_LIMIT.toMillis())
                    .setSslHandshakeTimeout(limit.toMillis()).setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
                    .setMaxHeaderSize(MAX_HEADERS_SIZE)
                    .setVerifyHost(true).setTrustAll(false)
                    // The size limit is for what is decoded.
                    .setDecompressionSupported(false);
            content.authorities().ifPresent(options::setTrustOptions);
            client = vertx.createHttpClient(options);
            Instant oldest = clock.instant().minus(DISCOVERY_VALIDITY);
            return source.url().or(() -> discovered.filter(found -> found.at().isAfter(oldest)).map(Discovered::url))
                    .map(Future::succeededFuture).orElseGet(this::discover);
        }

        private Future<URI> discover() {
            URI issuer = URI.create(source.issuer());
            String path = issuer.getRawPath() == null ? "" : issuer.getRawPath().replaceFirst("/$", "");
            return metadata(issuer, path + OPENID).recover(first -> isAboutContent(first)
                    ? metadata(issuer, OAUTH + path).recover(second -> Future.failedFuture(both(first, second)))
                    : Future.failedFuture(first));
        }

        private boolean isAboutContent(Throwable failure) {
            return failure instanceof KeysException known
                    && (known.fault() == KeysFault.STATUS || known.fault() == KeysFault.UNUSABLE);
        }

        private Throwable both(Throwable first, Throwable second) {
            return second instanceof KeysException known
                    ? new KeysException(known.fault(), first.getMessage() + "; " + second.getMessage())
                    : second;
        }

        private Future<URI> metadata(URI issuer, String path) {
            // Parsing a number of 200,000 digits takes seconds.
            return get(issuer.resolve(path), path, true)
                    .compose(text -> vertx.executeBlocking(() -> keysUrl(issuer, path, text), false))
                    .onSuccess(url -> discovered = Optional.of(new Discovered(url, clock.instant())));
        }

        private URI keysUrl(URI issuer, String path, String metadata) throws KeysException {
            Map<String, Object> members;
            try {
                members = JsonUtil.parseJson(metadata);
            } catch (JoseException | RuntimeException e) {
                // Not used as a cause, since it quotes the text.
                throw new KeysException(KeysFault.UNUSABLE, path + ": not a JSON object");
            }
            if (!source.issuer().equals(members.get("issuer"))) {
                throw new KeysException(KeysFault.UNUSABLE, path + ": its issuer is not the configured one");
            }
            return (members.get("jwks_uri") instanceof String text ? HttpsUrl.parse(text) : Optional.<URI> empty())
                    // An issuer elsewhere must not lead to this machine.
                    .filter(url -> HttpsUrl.isEncrypted(url) || !HttpsUrl.isEncrypted(issuer))
                    .orElseThrow(() -> new KeysException(KeysFault.UNUSABLE, path + ": its jwks_uri is not an https URL"));
        }

        private Future<KeySet> keySet(URI url) {
            // The server that discovery leads to is not one that the operator has named.
            boolean known = source.url().isPresent() || KeySource.sameOrigin(url, URI.create(source.issuer()));
            return get(url, KEY_SET, known).recover(failure -> Future.failedFuture(known ? failure : withHint(failure)))
                    .compose(text -> vertx.executeBlocking(() -> parse(text), false));
        }

        private Throwable withHint(Throwable failure) {
            return failure instanceof KeysException known && known.fault() == KeysFault.STATUS && content.token().isPresent()
                    ? known.describedAs(known.getMessage() + ", without the token of token-file, as the jwks_uri of the "
                            + "metadata leads to another server: set jwks-url to send it there")
                    : failure;
        }

        private static KeySet parse(String text) throws KeysException {
            try {
                return KeySet.parse(text);
            } catch (KeysException e) {
                throw e.describedAs(KEY_SET + ": " + e.getMessage());
            }
        }

        private Future<String> get(URI url, String what, boolean withToken) {
            if (isOver()) {
                return over();
            }
            step = what;
            String host = source.proxy().map(ProxyAddress::host).orElse(url.getHost());
            return hosts.addresses(host).compose(addresses -> connect(url, addresses, 0))
                    .compose(request -> exchange(request, what, withToken));
        }

        private Future<HttpClientRequest> connect(URI url, List<InetAddress> addresses, int index) {
            if (isOver()) {
                return over();
            }
            InetAddress address = addresses.get(index);
            String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
            RequestOptions options = new RequestOptions().setMethod(HttpMethod.GET).setSsl(HttpsUrl.isEncrypted(url))
                    .setHost(url.getHost()).setPort(KeySource.port(url))
                    .setURI(url.getRawQuery() == null ? path : path + "?" + url.getRawQuery())
                    .setFollowRedirects(false);
            if (source.proxy().isPresent()) {
                options.setProxyOptions(new ProxyOptions().setType(ProxyType.HTTP).setHost(address.getHostAddress())
                        .setPort(source.proxy().get().port()).setConnectTimeout(CONNECT_LIMIT));
            } else {
                options.setServer(SocketAddress.inetSocketAddress(new InetSocketAddress(address, KeySource.port(url))));
            }
            return client.request(options)
                    .recover(failure -> index + 1 < addresses.size() && KeyFailure.mayConnectElsewhere(failure)
                            ? connect(url, addresses, index + 1)
                            : Future.failedFuture(failure));
        }

        private Future<String> exchange(HttpClientRequest request, String what, boolean withToken) {
            request.putHeader(HttpHeaders.ACCEPT, "application/json, application/jwk-set+json")
                    .putHeader(HttpHeaders.USER_AGENT, "lean-authentication-tokens");
            if (withToken) {
                content.token().ifPresent(token -> request.putHeader(HttpHeaders.AUTHORIZATION, "Bearer " + token));
            }
            return request.send().compose(response -> body(request, response, what));
        }

        private Future<String> body(HttpClientRequest request, HttpClientResponse response, String what) {
            if (response.statusCode() != 200) {
                return refused(request, response, new KeysException(KeysFault.STATUS, what + ": status "
                        + response.statusCode()
                        + (response.statusCode() / 100 == 3 ? ", and redirects are not followed" : "")));
            }
            String coding = response.getHeader(HttpHeaders.CONTENT_ENCODING);
            if (coding != null && !coding.equalsIgnoreCase("identity")) {
                return refused(request, response,
                        new KeysException(KeysFault.UNUSABLE, what + ": compressed, without being asked"));
            }
            Promise<String> text = Promise.promise();
            Buffer received = Buffer.buffer();
            response.handler(chunk -> {
                if (received.length() + chunk.length() > MAX_SIZE) {
                    text.tryFail(new KeysException(KeysFault.UNUSABLE, what + ": larger than " + MAX_SIZE / 1024 + " KiB"));
                    request.reset();
                } else {
                    received.appendBuffer(chunk);
                }
            });
            response.exceptionHandler(text::tryFail);
            response.endHandler(end -> {
                try {
                    text.tryComplete(IntactText.withoutByteOrderMark(StandardCharsets.UTF_8.newDecoder()
                            .decode(ByteBuffer.wrap(received.getBytes())).toString()));
                } catch (CharacterCodingException e) {
                    text.tryFail(new KeysException(KeysFault.UNUSABLE, what + ": not UTF-8"));
                }
            });
            return text.future();
        }

        /** Does not wait for the body. */
        private Future<String> refused(HttpClientRequest request, HttpClientResponse response, KeysException reason) {
            // Vert.x would log the reset.
            response.exceptionHandler(reset -> {
            });
            request.reset();
            return Future.failedFuture(reason);
        }

        private <T> Future<T> over() {
            return Future.failedFuture("the fetch is over");
        }
    }
}
