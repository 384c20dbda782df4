package dev.leantokens.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;

/** An issuer of tokens, whose keys rotate and whose answers can be held back. Does not use the library that verifies them. */
public final class TestIssuer implements AutoCloseable {

    public static final String AUDIENCE = "lean-tokens";

    private static final String KEYS = "/keys";
    private static final Duration LIFETIME = Duration.ofHours(1);

    private final String name;
    private final List<ECKey> keys = new CopyOnWriteArrayList<>();
    private final List<JWK> others = new CopyOnWriteArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();
    private volatile CountDownLatch held = new CountDownLatch(0);
    private HttpServer server;
    private ExecutorService threads;

    /** @param name the value of {@code iss} */
    public TestIssuer(String name) {
        this.name = name;
        rotate();
    }

    /** Signs with a new key from now on. The keys before stay valid. */
    public void rotate() {
        keys.add(key("key-" + keys.size()));
    }

    /** Adds a key, with which {@link #token} does not sign. */
    public void publish(JWK key) {
        others.add(key);
    }

    public static ECKey key(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    public String name() {
        return name;
    }

    public ECKey currentKey() {
        return keys.get(keys.size() - 1);
    }

    /** @return the public keys (RFC 7517 §5) */
    public String jwks() {
        return Stream.concat(keys.stream(), others.stream()).map(key -> key.toPublicJWK().toJSONString())
                .collect(Collectors.joining(",", "{\"keys\":[", "]}"));
    }

    /** @return the claims of a valid token, which lives for an hour */
    public JWTClaimsSet.Builder claims(String subject) {
        Instant now = Instant.now();
        return new JWTClaimsSet.Builder().issuer(name).audience(AUDIENCE).subject(subject).issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(LIFETIME)));
    }

    /** @param claims further claims */
    public String token(String subject, Map<String, Object> claims) {
        JWTClaimsSet.Builder all = claims(subject);
        claims.forEach(all::claim);
        return sign(all.build(), currentKey());
    }

    public static String sign(JWTClaimsSet claims, ECKey key) {
        return sign(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(), claims, key);
    }

    public static String sign(JWSHeader header, JWTClaimsSet claims, ECKey key) {
        try {
            SignedJWT token = new SignedJWT(header, claims);
            token.sign(new ECDSASigner(key));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Serves the keys on the loopback interface. */
    public TestIssuer start() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads = Executors.newCachedThreadPool();
        server.setExecutor(threads);
        server.createContext(KEYS, exchange -> {
            requests.incrementAndGet();
            try {
                held.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            byte[] body = jwks().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return this;
    }

    public String jwksUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + KEYS;
    }

    /** Holds answers back until {@link #release}. */
    public void hold() {
        held = new CountDownLatch(1);
    }

    public void release() {
        held.countDown();
    }

    /** @return how often the keys have been requested */
    public int requests() {
        return requests.get();
    }

    @Override
    public void close() {
        release();
        if (server != null) {
            server.stop(0);
            threads.shutdownNow();
        }
    }
}
