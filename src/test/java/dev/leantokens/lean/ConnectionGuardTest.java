package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.leantokens.lean.LeanFailure.UnusableResponseException;
import dev.leantokens.testing.Settings;
import dev.leantokens.token.ClientCredentials;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.Vertx;

/** The connection is that of one pool; what else happens on connections is in the package {@code hostile.lean}. */
class ConnectionGuardTest {

    private static final String STATUS = "HTTP/1.1 200 OK\r\n";
    private static final String OKAY = STATUS + "Content-Length: 2\r\n\r\n{}";

    private final EmbeddedChannel connection = new EmbeddedChannel(new HttpClientCodec());

    private final List<Throwable> resets = new ArrayList<>();
    private final Vertx vertx = Vertx.vertx();
    private final LeanConfig config = Settings.of(LeanConfig.class);
    private final LeanAddresses addresses = new LeanAddresses(
            LeanAccount.of(URI.create("https://lean"), new ClientCredentials("service", "secret")), config, vertx);

    @AfterEach
    void close() {
        connection.finishAndReleaseAll();
        addresses.stop(null);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void guard() {
        ConnectionGuard.install(connection, 0, Duration.ofMinutes(1), new ConnectionGuards(config, addresses), addresses)
                .use(resets::add);
    }

    private void request() {
        connection.writeOutbound(new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/oauth2/token"));
    }

    private void receive(String text) {
        connection.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    /** @return whether a whole response was delivered */
    private boolean isAnswered() {
        boolean started = false;
        for (Object part = connection.readInbound(); part != null; part = connection.readInbound()) {
            started |= part instanceof HttpResponse;
            if (part instanceof LastHttpContent && started) {
                return true;
            }
            assertThat(part).isInstanceOf(HttpObject.class);
        }
        return false;
    }

    /** Complete lines are lost with the codec that the guard replaces, so that the rest is no response. */
    @ParameterizedTest
    @ValueSource(strings = { "H", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\nContent-Lengt" })
    void bytesBeforeTheFirstRequestCloseTheConnection(String bytes) {
        receive(bytes);
        guard();
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void connectionServesSeveralRequests() {
        guard();
        for (int i = 0; i < 3; i++) {
            request();
            receive(OKAY);
            assertThat(isAnswered()).isTrue();
        }
        assertThat(connection.isOpen()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = { "Connection: close", "Connection: x, Close", "Connection: keep-alive\r\nConnection: close" })
    void responseThatAnnouncesTheEndIsTheLastOne(String header) {
        guard();
        request();
        receive(OKAY.replace("\r\n\r\n", "\r\n" + header + "\r\n\r\n"));

        assertThat(isAnswered()).isTrue();
        assertThat(connection.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = { "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\n: x",
            "Transfer-Encoding: chunked\r\nContent-LengtHTTP/1.1 200 OK", "Transfer-Encoding: chunked\r\nX\001: x" })
    void responseThatOthersMayReadDifferentlyIsTheLastOne(String header) {
        guard();
        request();
        receive(STATUS + header + "\r\n\r\n2\r\n{}\r\n0\r\n\r\n");

        assertThat(isAnswered()).isTrue();
        assertThat(connection.isOpen()).isFalse();
    }

    /** Vert.x would deliver an exception before the head if the request is on another event loop. */
    @Test
    void failureWithinAResponseComesAfterItsHead() {
        guard();
        request();
        receive(STATUS + "Transfer-Encoding: chunked\r\n\r\n");
        HttpResponse head = connection.readInbound();
        assertThat(head.status().code()).isEqualTo(200);
        receive("x\r\n");

        assertThat(resets).singleElement().asInstanceOf(InstanceOfAssertFactories.THROWABLE)
                .isInstanceOf(UnusableResponseException.class).hasMessage("it is not HTTP");
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void resetWithinAResponseComesAfterItsHead() {
        IOException broken = new IOException("Connection reset by peer");
        guard();
        request();
        // Without a length, the end of the connection would be that of the response.
        receive(STATUS + "\r\n{");
        connection.pipeline().fireExceptionCaught(broken);

        connection.checkException();
        assertThat(resets).containsExactly(broken);
        assertThat(isAnswered()).isFalse();
        assertThat(connection.isOpen()).isFalse();
    }

    @Test
    void failureBeforeTheHeadIsReportedAtOnce() {
        guard();
        request();

        assertThatThrownBy(() -> receive("SSH-2.0-x\r\n\r\n")).isInstanceOf(UnusableResponseException.class);
        assertThat(resets).isEmpty();
        assertThat(connection.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = { "x", "\r\n", "\0", "HTTP/1.1 2", OKAY })
    void bytesBehindTheResponseCloseTheConnection(String bytes) {
        guard();
        request();
        receive(OKAY + bytes);

        assertThat(isAnswered()).isTrue();
        assertThat(connection.isOpen()).isFalse();
    }
}
