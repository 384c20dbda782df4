package dev.leantokens.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERIA5String;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.error.TokenException;
import dev.leantokens.testing.Certificates;
import dev.leantokens.testing.Certificates.Authority;
import dev.leantokens.testing.Certificates.Identity;
import dev.leantokens.testing.LogLines;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;

class CertifiedConnectionTest {

    private static final String WEB = "spiffe://prod/ns/payments/web";

    private static final Authority AUTHORITY = new Authority("authority");

    private final LocalClient payments = client("payments", "spiffe://prod/ns/payments/*");
    private final LocalClient agents = client("agents", "*.agents.example");
    private final LocalClients clients = new LocalClients(List.of(payments, agents));

    private static LocalClient client(String id, String certificate) {
        return LocalClient.of(id, List.of(), Optional.of(certificate), List.of("api"), Optional.empty());
    }

    private static GeneralName uri(String value) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, value);
    }

    private static GeneralName dns(String value) {
        return new GeneralName(GeneralName.dNSName, new DERIA5String(value));
    }

    private List<LocalClient> owners(GeneralName... names) {
        return owners(AUTHORITY.issue("caller", List.of(names)));
    }

    private List<LocalClient> owners(Identity identity) {
        return CertifiedConnection.ownersOf(identity.certificate(), clients);
    }

    @Test
    void certificateBelongsToTheClientWithItsName() {
        assertThat(owners(uri(WEB))).containsExactly(payments);
        assertThat(owners(dns("a.agents.example"))).containsExactly(agents);
        assertThat(owners(dns("other.example"), dns("a.agents.example"), new GeneralName(GeneralName.iPAddress, "192.0.2.1")))
                .containsExactly(agents);
        // SPIFFE allows other names beside the one URI.
        assertThat(owners(uri(WEB), dns("web.payments.svc"))).containsExactly(payments);
    }

    static Stream<List<GeneralName>> otherNames() {
        return Stream.of(List.of(), List.of(new GeneralName(GeneralName.rfc822Name, "a.agents.example")),
                List.of(new GeneralName(GeneralName.rfc822Name, "web@a.agents.example")),
                List.of(new GeneralName(GeneralName.rfc822Name, WEB)),
                List.of(new GeneralName(GeneralName.iPAddress, "192.0.2.1")),
                List.of(new GeneralName(GeneralName.registeredID, "1.2.3.4")),
                List.of(new GeneralName(new X500Name("CN=a.agents.example"))),
                List.of(otherName("a.agents.example")), List.of(otherName(WEB)),
                List.of(uri("a.agents.example")), List.of(uri("https://a.agents.example")), List.of(dns(WEB)),
                List.of(dns("")), List.of(uri("")),
                List.of(dns("*.agents.example")), List.of(dns("a.agents.example.")),
                List.of(dns("a.agents.example\0.evil.com")),
                List.of(dns("a\0.agents.example")), List.of(dns("evil.com\0a.agents.example")),
                List.of(uri("spiffe://prod/ns/payments/*")), List.of(uri("spiffe://prod.evil/ns/payments/web")),
                List.of(uri("spiffe://prod/ns/payments/../x")), List.of(uri("spiffe://prod/ns/payments/%77eb")),
                List.of(uri("spiffe://PROD/ns/payments/web")), List.of(uri(WEB + "\0")), List.of(uri(WEB + "\0.evil")),
                List.of(uri(WEB), uri(WEB)), List.of(uri(WEB), uri("https://example.com")),
                Collections.nCopies(1000, uri(WEB)), many("a.agents.example"));
    }

    private static GeneralName otherName(String text) {
        return new GeneralName(GeneralName.otherName, new DERSequence(Stream.of(
                new ASN1ObjectIdentifier("1.3.6.1.4.1.311.20.2.3"), new DERTaggedObject(true, 0, new DERUTF8String(text)))
                .toArray(ASN1Encodable[]::new)));
    }

    private static List<GeneralName> many(String last) {
        List<GeneralName> names = new ArrayList<>(Collections.nCopies(999, dns("other.example")));
        names.add(dns(last));
        return names;
    }

    @ParameterizedTest
    @MethodSource("otherNames")
    void certificateWithOtherNamesBelongsToNobody(List<GeneralName> names) {
        // The subject resembles each pattern, and does not count.
        assertThat(owners(AUTHORITY.issue("a.agents.example", names))).isEmpty();
        assertThat(owners(AUTHORITY.issue(WEB, names))).isEmpty();
    }

    @Test
    void certificateThatMaySignOthersBelongsToNobody() {
        assertThat(owners(AUTHORITY.issueAuthority("intermediate", List.of(uri(WEB))))).isEmpty();
        assertThat(owners(AUTHORITY.issueFor(KeyUsage.digitalSignature | KeyUsage.keyCertSign, "web", List.of(uri(WEB)))))
                .isEmpty();
        assertThat(owners(AUTHORITY.issueFor(KeyUsage.cRLSign, "web", List.of(uri(WEB))))).isEmpty();
        assertThat(owners(AUTHORITY.issueFor(KeyUsage.digitalSignature, "web", List.of(uri(WEB))))).containsExactly(payments);
    }

    @Test
    void expiredCertificateOfAResumedSessionBelongsToNobody() {
        assertThat(owners(AUTHORITY.issue("caller", "a.agents.example"))).containsExactly(agents);
        assertThat(owners(AUTHORITY.issueExpired("caller", "a.agents.example"))).isEmpty();
    }

    @Test
    void overlapOfPatternsIsLoggedWithTheIdsOnly() {
        LocalClients overlapping = new LocalClients(List.of(payments, client("all", "spiffe://prod/**"), agents));
        try (LogLines log = LogLines.ofThisThread(CertifiedConnection.class.getName())) {
            assertThat(CertifiedConnection.ownersOf(AUTHORITY.issue("caller", List.of(uri(WEB))).certificate(), overlapping))
                    .extracting(LocalClient::id).containsExactly("payments", "all");

            assertThat(log.lines()).singleElement().asString().contains("ERROR", "(payments, all)").doesNotContain(WEB);
        }
    }

    @ParameterizedTest
    @EnumSource(value = HttpVersion.class, names = { "HTTP_1_1", "HTTP_2" })
    void requestsOfAConnectionAreOfItsClient(HttpVersion version) {
        Server server = new Server();
        HttpClient web = server.client(version, AUTHORITY.issue("web", List.of(uri(WEB))));
        HttpClient agent = server.client(version, AUTHORITY.issue("agent", List.of(dns("a.agents.example"))));
        HttpClient other = server.client(version, AUTHORITY.issue("other", List.of(dns("other.example"))));

        server.request(web);
        server.request(agent);
        server.request(other);
        server.request(web);

        assertThat(server.seen).containsExactly(Optional.of(payments), Optional.of(agents), Optional.empty(),
                Optional.of(payments));
        server.close();
    }

    @ParameterizedTest
    @EnumSource(value = HttpVersion.class, names = { "HTTP_1_1", "HTTP_2" })
    void openConnectionFollowsTheClients(HttpVersion version) {
        Server server = new Server();
        HttpClient web = server.client(version, AUTHORITY.issue("web", List.of(uri(WEB))));

        server.request(web);
        LocalClient renamed = client("renamed", "spiffe://prod/**");
        server.clients = new LocalClients(List.of(renamed));
        server.request(web);
        server.clients = new LocalClients(List.of(agents));
        server.request(web);
        server.clients = new LocalClients(List.of(payments, renamed));
        server.request(web);

        assertThat(server.seen).containsExactly(Optional.of(payments), Optional.of(renamed), Optional.empty());
        assertThat(server.refused).singleElement()
                .satisfies(e -> assertThat(e.response().json()).contains("invalid_client", "belongs to several clients"));
        assertThat(server.connections).as("connections").hasSize(1);
        server.close();
    }

    /** Java keeps the certificate in the session, also if that is in a ticket. */
    @Test
    void resumedSessionHasTheCertificateOfTheFirst() throws IOException {
        Server server = new Server();
        SSLContext web = Certificates.context(AUTHORITY.issue("web", List.of(uri(WEB))), AUTHORITY);
        SSLContext agent = Certificates.context(AUTHORITY.issue("agent", List.of(dns("a.agents.example"))), AUTHORITY);

        long session = server.requestByHand(web);
        server.requestByHand(agent);
        long resumed = server.requestByHand(web);

        assertThat(resumed).as("the session is resumed, so no certificate is sent").isEqualTo(session);
        assertThat(server.seen).containsExactly(Optional.of(payments), Optional.of(agents), Optional.of(payments));
        server.close();
    }

    @Test
    void extendedKeyUsageMustIncludeClientsIfThereIsOne() {
        Server server = new Server();
        GeneralName name = uri(WEB);

        server.request(server.client(HttpVersion.HTTP_1_1,
                AUTHORITY.issue("web", List.of(name), KeyPurposeId.id_kp_clientAuth, KeyPurposeId.id_kp_serverAuth)));
        HttpClient serverOnly = server.client(HttpVersion.HTTP_1_1,
                AUTHORITY.issue("web", List.of(name), KeyPurposeId.id_kp_serverAuth));

        assertThatThrownBy(() -> server.request(serverOnly)).isInstanceOf(CompletionException.class);
        assertThat(server.seen).containsExactly(Optional.of(payments));
        server.close();
    }

    @Test
    void connectionWithoutTlsHasNoCertificate() {
        Vertx vertx = Vertx.vertx();
        List<Optional<LocalClient>> seen = new CopyOnWriteArrayList<>();
        HttpServer server = await(vertx.createHttpServer().requestHandler(request -> {
            seen.add(CertifiedConnection.client(request.connection(), clients));
            request.response().end();
        }).listen(0, "127.0.0.1"));

        await(vertx.createHttpClient().request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/")
                .compose(request -> request.putHeader("X-Forwarded-Client-Cert", "URI=" + WEB).send()));

        assertThat(seen).containsExactly(Optional.empty());
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    /** A server that requires certificates, and looks at the connection of each request. */
    private final class Server implements AutoCloseable {

        private final Vertx vertx = Vertx.vertx();
        private final List<Optional<LocalClient>> seen = new CopyOnWriteArrayList<>();
        private final List<TokenException> refused = new CopyOnWriteArrayList<>();
        private final Set<Object> connections = ConcurrentHashMap.newKeySet();
        private final HttpServer server;
        private volatile LocalClients clients = CertifiedConnectionTest.this.clients;

        Server() {
            Identity identity = AUTHORITY.issue("server", "localhost");
            server = await(vertx.createHttpServer(new HttpServerOptions().setSsl(true).setUseAlpn(true)
                    .setClientAuth(ClientAuth.REQUIRED)
                    .setKeyCertOptions(new PemKeyCertOptions().addCertValue(Buffer.buffer(identity.certificatePem()))
                            .addKeyValue(Buffer.buffer(identity.keyPem())))
                    .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(AUTHORITY.pem()))))
                    .requestHandler(request -> {
                        connections.add(request.connection());
                        try {
                            seen.add(CertifiedConnection.client(request.connection(), clients));
                        } catch (TokenException e) {
                            refused.add(e);
                        }
                        request.response().end();
                    }).listen(0, "127.0.0.1"));
        }

        HttpClient client(HttpVersion version, Identity identity) {
            return vertx.createHttpClient(new HttpClientOptions().setSsl(true).setUseAlpn(true).setProtocolVersion(version)
                    .setKeyCertOptions(new PemKeyCertOptions().addCertValue(Buffer.buffer(identity.certificatePem()))
                            .addKeyValue(Buffer.buffer(identity.keyPem())))
                    .setTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(AUTHORITY.pem()))).setMaxPoolSize(1)
                    .setHttp2MaxPoolSize(1));
        }

        void request(HttpClient client) {
            await(client.request(HttpMethod.GET, server.actualPort(), "localhost", "/").compose(request -> request.send()));
        }

        /** @return when the session was created, which a resumed one keeps */
        long requestByHand(SSLContext context) throws IOException {
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getByName("127.0.0.1"),
                    server.actualPort())) {
                socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)).contains(" 200 ");
                return socket.getSession().getCreationTime();
            }
        }

        @Override
        public void close() {
            await(vertx.close());
        }
    }
}
