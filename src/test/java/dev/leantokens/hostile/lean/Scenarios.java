package dev.leantokens.hostile.lean;

import static dev.leantokens.hostile.lean.Scenario.OKAY;
import static dev.leantokens.hostile.lean.Scenario.fails;
import static dev.leantokens.hostile.lean.Scenario.keeps;
import static dev.leantokens.hostile.lean.Scenario.last;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.leantokens.hostile.lean.Step.Act;
import dev.leantokens.hostile.lean.Step.Drip;
import dev.leantokens.hostile.lean.Step.Flood;
import dev.leantokens.hostile.lean.Step.Pause;
import dev.leantokens.hostile.lean.Step.Send;
import dev.leantokens.hostile.lean.Step.SendCut;
import dev.leantokens.hostile.lean.Step.SendPrevious;

/** What is known to happen on connections to a token endpoint, or to confuse HTTP clients. */
final class Scenarios {

    private static final String STATUS = "HTTP/1.1 200 OK\r\n";
    private static final String LENGTH = "Content-Length: $LENGTH\r\n";
    private static final String CHUNKED = STATUS + "Transfer-Encoding: chunked\r\n\r\n";
    private static final String CHUNK = "$HEX\r\n$BODY\r\n";
    private static final String INTERIM = "HTTP/1.1 102 Processing\r\n\r\n";
    /** What a proxy answers. */
    static final String TUNNEL = "HTTP/1.1 200 Connection established\r\n\r\n";
    private static final String FORGED = "HTTP/1.1 200 OK\r\nContent-Length: $FORGED_LENGTH\r\n\r\n$FORGED";

    /** The request is sent at once, so that it cannot be told from a quick answer; its server is the authenticated one. */
    private static final String OWN_ANSWER = "answered before the request";
    private static final Set<String> REFUSED_OF_ISSUERS = Set.of("102", "102 in its own segment", "all interim responses",
            "102 with a length and no body", "102 with chunked and no body", "102 cut, with the next response",
            "100 interim responses", "folded first line", "NUL in a header", "header of 60 KiB", "empty header name");
    private static final Set<String> ACCEPTED_OF_ISSUERS = Set.of("large body");

    private Scenarios() {
    }

    static Stream<Scenario> all() {
        return Stream.of(interims(), framing(), chunks(), lengths(), heads(), surplus(), ends(), statuses())
                .flatMap(each -> each);
    }

    /** @return those that an encrypted connection plays differently, and some for which TLS must not matter */
    static Stream<Scenario> encrypted() {
        return Stream.of(ends(), surplus(), tls()).flatMap(each -> each);
    }

    /**
     * @return those for the servers of issuers. Their client uses each connection for one request. It is stricter with headers,
     *         and takes most interim responses for the response: no one has to trust an issuer whose server sends such ones
     */
    static Stream<Scenario> ofIssuers() {
        return all().filter(scenario -> !scenario.onReuse() && !OWN_ANSWER.equals(scenario.name()))
                .map(scenario -> REFUSED_OF_ISSUERS.contains(scenario.name()) ? scenario.error()
                        : ACCEPTED_OF_ISSUERS.contains(scenario.name()) ? scenario.token() : scenario);
    }

    /** @return what can be wrong with a JSON document, whatever HTTP says */
    static Stream<Scenario> ofDocuments() {
        String deep = "[".repeat(100_000) + "]".repeat(100_000);
        return Stream.of(
                keeps("byte order mark", document("\u00ef\u00bb\u00bf$BODY")),
                fails("two byte order marks", document("\u00ef\u00bb\u00bf\u00ef\u00bb\u00bf$BODY")),
                fails("UTF-16", document("\u00fe\u00ff\0{\0}")),
                fails("not UTF-8", document("$BODY\u00ff")),
                fails("overlong UTF-8", document("$BODY\u00c0\u00a0")),
                fails("NUL after the document", document("$BODY\0")),
                fails("two documents", document("$BODY$BODY")),
                fails("the right document and a forged one", document("$BODY$FORGED")),
                fails("a forged document and the right one", document("$FORGED$BODY")),
                fails("duplicate members", document("{\"keys\":[],\"keys\":[],\"issuer\":\"x\",\"issuer\":\"x\"}")),
                fails("deep nesting", document("{\"keys\":" + deep + "}")),
                fails("deep array", document(deep)),
                fails("deep key", document("{\"keys\":[{\"kty\":\"EC\",\"x\":" + deep + "}]}")),
                fails("deep objects", document("{\"keys\":".repeat(25_000) + "1" + "}".repeat(25_000))),
                fails("huge number", document("{\"keys\":" + "9".repeat(20_000) + ",\"issuer\":1e999999999}")),
                fails("open string", document("{\"keys\":\"" + "\\\\".repeat(60_000))),
                fails("many keys", document("{\"keys\":[" + "{},".repeat(80_000) + "{}]}")),
                fails("many members", document("{" + IntStream.range(0, 20_000).mapToObj(i -> "\"" + i + "\":0,")
                        .collect(Collectors.joining()) + "\"keys\":[]}")),
                fails("compressed, without being asked", document("Content-Encoding: gzip\r\n", "\u001f\u008b\b$BODY")),
                fails("HTML", document("<html>")),
                fails("empty", document("")),
                keeps("another media type", document("Content-Type: text/html; charset=utf-16\r\n", "$BODY")),
                keeps("white space up to the limit", document("$BODY" + " ".repeat(200 * 1024))),
                fails("white space beyond the limit", document("$BODY" + " ".repeat(256 * 1024))));
    }

    /**
     * @return what a forward proxy can do with a request for a tunnel, which it opens thereafter if the client still wants it
     */
    static Stream<Scenario> ofProxies() {
        return Stream.of(
                keeps("200", TUNNEL),
                keeps("200 without a reason", "HTTP/1.1 200\r\n\r\n"),
                keeps("200 of HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n"),
                keeps("200 with headers", "HTTP/1.1 200 OK\r\nVia: x\r\nConnection: close\r\nProxy-Connection: close\r\n\r\n"),
                keeps("200 with a length, which means nothing", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"),
                keeps("200 with chunked, which means nothing", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                keeps("100 and 200", "HTTP/1.1 100 Continue\r\n\r\n" + TUNNEL),
                keeps("102 and 200", INTERIM + TUNNEL),
                keeps("102 in its own segment", new Send(INTERIM), new Pause(20), new Send(TUNNEL)),
                keeps("103 with headers", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + TUNNEL),
                keeps("50 interim responses", INTERIM.repeat(50) + TUNNEL),
                keeps("102 with a length and no body", "HTTP/1.1 102 x\r\nContent-Length: 5\r\n\r\n" + TUNNEL),
                keeps("cut", new SendCut(INTERIM + TUNNEL, INTERIM.length() + 20)),
                keeps("byte by byte", new Drip(INTERIM + TUNNEL, 0)),
                keeps("bare LF", TUNNEL.replace("\r\n", "\n")).either(),
                keeps("200 before the request", new Send("")).greeting(new Send(TUNNEL)).either(),
                fails("407 before the request", new Send("")).greeting(new Send("HTTP/1.1 407 x\r\nContent-Length: 0\r\n\r\n")),
                fails("half a response before the request", new Send("")).greeting(new Send("HTTP/1.1 4"), Act.FINISH),
                fails("407", "HTTP/1.1 407 x\r\nProxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"),
                fails("407 without a challenge", "HTTP/1.1 407 x\r\n\r\n"),
                fails("302", "HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"),
                fails("307 with a token", FORGED.replace("200 OK", "307 x")),
                fails("403 and 200", "HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n" + TUNNEL),
                fails("502, closed", new Send("HTTP/1.1 502 x\r\n\r\n<html>"), Act.CLOSE),
                fails("503 with a body without end", new Send("HTTP/1.1 503 x\r\n\r\n"), new Flood("x".repeat(1000))),
                fails("101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: tls\r\n\r\n"),
                fails("only an interim response", new Send(INTERIM), Act.FINISH),
                fails("102 with a body", "HTTP/1.1 102 x\r\nContent-Length: 5\r\n\r\nhello" + TUNNEL),
                fails("interim responses without end", new Flood(INTERIM.repeat(100))),
                fails("an interim response every 26 ms", new Drip(INTERIM.repeat(1000), 1)),
                fails("200 and a byte", TUNNEL + "x"),
                fails("200 with a body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
                fails("200 twice", TUNNEL + TUNNEL),
                fails("200 twice, later", new Send(TUNNEL), new Pause(20), new Send(TUNNEL)).either(),
                fails("200 and a forged token", TUNNEL + FORGED),
                fails("a forged token", new Send(FORGED), Act.AWAIT_CLOSE),
                fails("200 and an alert", new Send(TUNNEL), Act.ALERT),
                fails("200 and a large byte sequence", TUNNEL + "\26\3\3\77\377" + "x".repeat(20_000)),
                fails("200 and bytes without end", new Send(TUNNEL), new Flood("x".repeat(1000))),
                fails("200 and the start of a TLS record", new Send(TUNNEL + "\26\3\3\77"), Act.AWAIT_CLOSE),
                fails("200 and silence", new Send(TUNNEL), Act.AWAIT_CLOSE),
                fails("200 and FIN", new Send(TUNNEL), Act.FINISH),
                fails("200 and RST", new Send(TUNNEL), new Pause(5), Act.RESET),
                fails("silence", Act.AWAIT_CLOSE),
                fails("FIN", Act.FINISH),
                fails("RST", Act.RESET),
                fails("one byte every 50 ms", new Drip("HTTP/1.1 200 OK\r\nX: " + "x".repeat(1000), 50)),
                fails("header of 64 KiB", "HTTP/1.1 200 OK\r\nX: " + "x".repeat(64 * 1024) + "\r\n\r\n"),
                fails("status line of 64 KiB", "HTTP/1.1 200 " + "x".repeat(64 * 1024) + "\r\n\r\n"),
                fails("headers without end", new Send("HTTP/1.1 200 OK\r\n"), new Flood("X: y\r\n")),
                fails("empty lines without end", new Flood("\r\n".repeat(500))),
                fails("spaces without end", new Flood(" ".repeat(1000))),
                fails("HTTP/0.9", new Send("<html>"), Act.FINISH),
                fails("a line", new Send("x\r\n\r\n"), Act.AWAIT_CLOSE),
                fails("not HTTP", "SSH-2.0-x\r\n\r\n"),
                fails("an alert of TLS", new Send("\25\3\1\0\2\2\12"), Act.FINISH),
                fails("NUL", new Send("\0\0\0\0"), Act.FINISH),
                fails("status below 0", "HTTP/1.1 -200 x\r\n\r\n"),
                fails("huge status", "HTTP/1.1 2147483848 x\r\n\r\n"),
                fails("status that is no number", "HTTP/1.1 abc x\r\n\r\n"),
                fails("no status", "HTTP/1.1\r\n\r\n"),
                fails("malformed version", "HTTP/x 200 OK\r\n\r\n"),
                fails("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n").either(),
                fails("malformed header", "HTTP/1.1 200 OK\r\n: x\r\nnonsense\r\n\r\n").either());
    }

    /** @return what a collector of traces can do with a request */
    static Stream<Scenario> ofCollectors() {
        return Stream.of(
                Stream.of(
                        fails("silence", Act.AWAIT_CLOSE),
                        fails("one byte every 50 ms", new Drip(OKAY + " ".repeat(1000), 50)),
                        fails("garbage", new Send("\26\3\3garbage\r\n\r\n"), Act.AWAIT_CLOSE),
                        keeps("429 with an absurd Retry-After", later("99999999999999999999")),
                        keeps("503 with a negative Retry-After", later("-1").replace("429", "503")),
                        keeps("503 until a malformed date", later("Mon, 99 Foo 9999 99:99:99 GMT").replace("429", "503")),
                        keeps("redirect to this machine", "HTTP/1.1 308 x\r\nLocation: http://127.0.0.1:1/\r\n"
                                + "Content-Length: 0\r\n\r\n"),
                        fails("body without end", new Send(STATUS + "\r\n"), new Flood("x".repeat(1000))),
                        fails("chunks without end", new Send(CHUNKED), new Flood("5\r\n     \r\n")),
                        fails("headers without end", new Send(STATUS), new Flood("X: y\r\n")),
                        fails("spaces without end", new Flood(" ".repeat(1000))),
                        fails("error with a body without end", new Send("HTTP/1.1 400 x\r\n\r\n"), new Flood("x".repeat(1000))),
                        fails("body that never ends", new Send(STATUS + "Content-Length: 1000\r\n\r\nx"), Act.AWAIT_CLOSE),
                        fails("body that is shorter than said", new Send(STATUS + "Content-Length: 1000\r\n\r\nx"), Act.RESET),
                        fails("RST before the request", new Send("")).greeting(Act.RESET),
                        fails("FIN before the request", new Send("")).greeting(Act.FINISH)),
                interims(), surplus(), statuses(), ends()).flatMap(each -> each)
                .filter(scenario -> !"answered with the previous response, when reused".equals(scenario.name()));
    }

    private static String later(String retryAfter) {
        return "HTTP/1.1 429 x\r\nRetry-After: " + retryAfter + "\r\nContent-Length: 0\r\n\r\n";
    }

    private static Step[] document(String text) {
        return document("", text);
    }

    private static Step[] document(String headers, String text) {
        return new Step[] { new Send(STATUS + headers + "\r\n" + text), Act.FINISH };
    }

    private static Stream<Scenario> tls() {
        return Stream.of(
                fails("alert in the clear instead of an answer", Act.ALERT),
                fails("alert in the clear within the body", new Send(STATUS + "Content-Length: 1000\r\n\r\n$BODY"),
                        new Pause(5), Act.ALERT),
                // If both are read at once, the answer is lost with the connection.
                last("alert in the clear after the answer", new Send(OKAY), new Pause(5), Act.ALERT).gathered().either(),
                keeps("renegotiation before the answer", Act.RENEGOTIATE, new Send(OKAY)),
                keeps("renegotiation after the answer", new Send(OKAY), Act.RENEGOTIATE).gathered());
    }

    private static String headers(String... lines) {
        return STATUS + String.join("\r\n", lines) + "\r\n" + LENGTH + "\r\n$BODY";
    }

    private static Stream<Scenario> interims() {
        return Stream.of(
                keeps("102", INTERIM + OKAY),
                keeps("102 in its own segment", new Send(INTERIM), new Pause(20), new Send(OKAY)),
                keeps("all interim responses", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
                        + "HTTP/1.1 104 x\r\n\r\nHTTP/1.1 199 x\r\n\r\n" + OKAY),
                keeps("102 with a length and no body", "HTTP/1.1 102 x\r\nContent-Length: 5\r\n\r\n" + OKAY),
                keeps("102 with chunked and no body", "HTTP/1.1 102 x\r\nTransfer-Encoding: chunked\r\n\r\n" + OKAY),
                keeps("102 cut, with the next response", new SendCut(INTERIM + OKAY, INTERIM.length() - 1)),
                fails("102 with a body", "HTTP/1.1 102 x\r\nContent-Length: 5\r\n\r\nhello" + OKAY),
                keeps("100 interim responses", INTERIM.repeat(100) + OKAY),
                fails("1001 interim responses", INTERIM.repeat(1001) + OKAY),
                fails("interim responses without end", new Flood(INTERIM.repeat(100))),
                fails("an interim response every 20 ms", new Drip(INTERIM.repeat(1000), 1)),
                fails("101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
                fails("101 and a response", "HTTP/1.1 101 Switching Protocols\r\n\r\n" + OKAY),
                fails("only an interim response", new Send(INTERIM), Act.FINISH),
                fails("only an interim response, reset", new Send(INTERIM), Act.RESET));
    }

    private static Stream<Scenario> framing() {
        return Stream.of(
                last("no length", new Send(STATUS + "\r\n$BODY"), Act.FINISH),
                last("HTTP/1.0", new Send("HTTP/1.0 200 OK\r\n\r\n$BODY"), Act.FINISH),
                last("HTTP/1.0 with a length", "HTTP/1.0 200 OK\r\n" + LENGTH + "\r\n$BODY"),
                keeps("HTTP/1.0 that keeps the connection",
                        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + LENGTH + "\r\n$BODY"),
                last("Connection: close", headers("Connection: close")),
                last("connection: CLOSE", headers("connection: CLOSE")),
                last("Connection: x, close", headers("Connection: x, close")),
                last("Connection: keep-alive and close", headers("Connection: keep-alive", "Connection: close")),
                last("Connection: close, and more", new Send(headers("Connection: close") + FORGED)),
                fails("HTTP/0.9", new Send("$BODY"), Act.FINISH),
                fails("HTTP/2.0", "HTTP/2.0 200 OK\r\n" + LENGTH + "\r\n$BODY"),
                fails("HTTP/1.2", "HTTP/1.2 200 OK\r\n" + LENGTH + "\r\n$BODY"),
                fails("HTTP/2 settings", new Send("\0\0\6\4\0\0\0\0\0\0\5\0\0\100\0"), Act.FINISH),
                fails("a TLS alert", new Send("\25\3\1\0\2\2\12"), Act.FINISH),
                keeps("upper-case names", "HTTP/1.1 200 OK\r\nCONTENT-LENGTH: $LENGTH\r\n\r\n$BODY"),
                keeps("no reason", "HTTP/1.1 200\r\n" + LENGTH + "\r\n$BODY"),
                keeps("byte by byte", new Drip(OKAY, 0)),
                fails("one byte every 50 ms", new Drip(OKAY, 50)),
                fails("no answer", Act.AWAIT_CLOSE));
    }

    private static Stream<Scenario> chunks() {
        return Stream.of(
                keeps("chunked", CHUNKED + CHUNK + "0\r\n\r\n"),
                keeps("Transfer-Encoding: CHUNKED", STATUS + "transfer-encoding: CHUNKED\r\n\r\n" + CHUNK + "0\r\n\r\n"),
                keeps("chunked with an extension", CHUNKED + "$HEX;a=b;c=\"d\"\r\n$BODY\r\n0;z\r\n\r\n"),
                keeps("chunked with trailers", CHUNKED + CHUNK + "0\r\nX: y\r\nContent-Length: 5\r\n\r\n"),
                keeps("chunked with leading zeros", CHUNKED + "0000$HEX\r\n$BODY\r\n000\r\n\r\n"),
                fails("chunked with a huge extension", CHUNKED + "$HEX;" + "x".repeat(70_000) + "\r\n$BODY\r\n0\r\n\r\n"),
                fails("chunked with huge trailers", CHUNKED + CHUNK + "0\r\n" + ("X: " + "x".repeat(1000) + "\r\n").repeat(80)
                        + "\r\n"),
                fails("chunk size that is no number", CHUNKED + "zz\r\n$BODY\r\n0\r\n\r\n"),
                fails("chunk size below 0", CHUNKED + "-5\r\n$BODY\r\n0\r\n\r\n"),
                fails("chunk size with 0x", CHUNKED + "0x$HEX\r\n$BODY\r\n0\r\n\r\n"),
                fails("chunk size with a sign", CHUNKED + "+$HEX\r\n$BODY\r\n0\r\n\r\n"),
                fails("chunk size of 2^32", CHUNKED + "100000000\r\n$BODY"),
                fails("chunk size of 2^64", CHUNKED + "10000000000000000\r\n$BODY"),
                fails("chunk size is missing", CHUNKED + "\r\n$BODY\r\n0\r\n\r\n"),
                fails("chunk that is longer than said", CHUNKED + "5\r\n$BODY\r\n0\r\n\r\n"),
                fails("chunk that is shorter than said", new Send(CHUNKED + "fff\r\n$BODY\r\n0\r\n\r\n"), Act.FINISH),
                fails("last chunk is missing", new Send(CHUNKED + CHUNK), Act.FINISH),
                fails("last chunk is cut", new Send(CHUNKED + CHUNK + "0\r\n"), Act.FINISH),
                fails("last chunk never arrives", new Send(CHUNKED + CHUNK), Act.AWAIT_CLOSE),
                fails("chunks without end", new Send(CHUNKED), new Flood("5\r\n     \r\n")),
                fails("chunks of one byte, with extensions", new Send(CHUNKED),
                        new Flood("1;" + "x".repeat(4000) + "\r\n \r\n")),
                fails("trailers without end", new Send(CHUNKED + CHUNK + "0\r\n"), new Flood("X: y\r\n")),
                last("surplus after the last chunk", CHUNKED + CHUNK + "0\r\n\r\nx"),
                last("two last chunks", CHUNKED + CHUNK + "0\r\n\r\n0\r\n\r\n"),
                last("chunked twice", STATUS + "Transfer-Encoding: chunked, chunked\r\n\r\n" + CHUNK + "0\r\n\r\n"),
                last("two Transfer-Encodings", STATUS + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + CHUNK + "0\r\n\r\n"),
                last("identity and chunked", STATUS + "Transfer-Encoding: identity, chunked\r\n\r\n" + CHUNK + "0\r\n\r\n"),
                last("identity", new Send(STATUS + "Transfer-Encoding: identity\r\n" + LENGTH + "\r\n$BODY"), Act.FINISH)
                        .either(),
                last("gzip, chunked", STATUS + "Transfer-Encoding: gzip, chunked\r\n\r\n" + CHUNK + "0\r\n\r\n"),
                fails("chunked, gzip", new Send(STATUS + "Transfer-Encoding: chunked, gzip\r\n\r\n" + CHUNK + "0\r\n\r\n"),
                        Act.FINISH),
                last("xchunked", new Send(STATUS + "Transfer-Encoding: xchunked\r\n" + LENGTH + "\r\n$BODY"), Act.FINISH),
                fails("chunked and a length",
                        STATUS + "Transfer-Encoding: chunked\r\n" + LENGTH + "\r\n" + CHUNK + "0\r\n\r\n"),
                fails("a length and chunked", STATUS + LENGTH + "Transfer-Encoding: chunked\r\n\r\n" + CHUNK + "0\r\n\r\n"),
                last("chunked over HTTP/1.0", new Send("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n"
                        + "Connection: keep-alive\r\n\r\n" + CHUNK + "0\r\n\r\n"), Act.FINISH).either());
    }

    private static Stream<Scenario> lengths() {
        return Stream.of(
                fails("the same length twice", headers("Content-Length: $LENGTH")),
                fails("the same length in a list", STATUS + "Content-Length: $LENGTH, $LENGTH\r\n\r\n$BODY"),
                fails("two lengths", headers("Content-Length: 5")),
                fails("two lengths in a list", STATUS + "Content-Length: 5, $LENGTH\r\n\r\n$BODY"),
                fails("length below 0", STATUS + "Content-Length: -1\r\n\r\n$BODY"),
                fails("length with a sign", STATUS + "Content-Length: +$LENGTH\r\n\r\n$BODY"),
                fails("length that is no number", STATUS + "Content-Length: ten\r\n\r\n$BODY"),
                fails("hexadecimal length", STATUS + "Content-Length: 0x$HEX\r\n\r\n$BODY"),
                fails("length of 2^63", STATUS + "Content-Length: 9223372036854775808\r\n\r\n$BODY"),
                fails("huge length", STATUS + "Content-Length: 9223372036854775807\r\n\r\n$BODY"),
                fails("empty length", STATUS + "Content-Length: \r\n\r\n$BODY"),
                keeps("length of 0", STATUS + "Content-Length: 0\r\n\r\n").error(),
                fails("body that is longer than said", STATUS + "Content-Length: 5\r\n\r\n$BODY"),
                fails("body that is shorter than said", new Send(STATUS + "Content-Length: 1000\r\n\r\n$BODY"), Act.FINISH),
                fails("body that never ends", new Send(STATUS + "Content-Length: 1000\r\n\r\n$BODY"), Act.AWAIT_CLOSE),
                fails("body without end", new Send(STATUS + "\r\n"), new Flood(" ".repeat(1000))),
                fails("large body", STATUS + "Content-Length: 100000\r\n\r\n$BODY" + " ".repeat(100_000)));
    }

    private static Stream<Scenario> heads() {
        return Stream.of(
                fails("bare LF", OKAY.replace("\r\n", "\n")),
                fails("bare CR", new Send(OKAY.replace("\r\n", "\r")), Act.FINISH),
                keeps("folded header", headers("X: a\r\n b\r\n\tc")),
                fails("folded length", new Send(STATUS + "Content-Length:\r\n 1\r\n\r\n$BODY")),
                last("folded first line", headers(" Content-Length: 5")),
                keeps("NUL in a header", headers("X: a\0b")),
                keeps("NUL before the response", "\0\0" + OKAY),
                fails("NUL in the status line", "HTTP/1.1\000200 OK\r\n" + LENGTH + "\r\n$BODY"),
                keeps("header of 60 KiB", headers("X: " + "x".repeat(60 * 1024))),
                fails("header of 64 KiB", headers("X: " + "x".repeat(64 * 1024))),
                fails("status line of 64 KiB", "HTTP/1.1 200 " + "x".repeat(64 * 1024) + "\r\n" + LENGTH + "\r\n$BODY"),
                fails("headers without end", new Send(STATUS), new Flood("X: y\r\n")),
                fails("one header without end", new Send(STATUS + "X: "), new Flood("x".repeat(1000))),
                fails("empty lines without end", new Flood("\r\n".repeat(500))),
                fails("spaces without end", new Flood(" ".repeat(1000))),
                keeps("space before a colon", STATUS + "Content-Length : $LENGTH\r\n\r\n$BODY"),
                fails("header without a colon", headers("nonsense")),
                last("empty header name", headers(": x")),
                keeps("empty line before the response", "\r\n" + OKAY));
    }

    private static Stream<Scenario> surplus() {
        return Stream.of(
                last("answered twice", OKAY + OKAY),
                last("answered twice, in two segments", new Send(OKAY), new Send(OKAY)).gathered(),
                last("answered twice, later", new Send(OKAY), new Pause(20), new Send(OKAY)).gathered(),
                last("answered twice, the second one cut", new Send(OKAY + OKAY.substring(0, 20)), new Pause(20),
                        new Send(OKAY.substring(20))),
                last("answered twice, chunked", CHUNKED + CHUNK + "0\r\n\r\n" + OKAY),
                last("followed by a byte", OKAY + "x"),
                last("followed by an empty line", OKAY + "\r\n"),
                last("followed by NUL", OKAY + "\0"),
                last("followed by a byte, later", new Send(OKAY), new Pause(20), new Send("x")).gathered(),
                last("followed by an empty line, later", new Send(OKAY), new Pause(20), new Send("\r\n")).gathered(),
                last("followed by an interim response", OKAY + INTERIM),
                last("followed by an interim response, later", new Send(OKAY), new Pause(20), new Send(INTERIM)).gathered(),
                last("followed by 408, later", new Send(OKAY), new Pause(20),
                        new Send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")).gathered(),
                last("followed by a forged token", OKAY + FORGED),
                keeps("answered with the previous response", new SendPrevious()).whenReused().either(),
                // What arrives before the connection is in use can be dropped, and then does not spoil it.
                keeps(OWN_ANSWER, new Send(OKAY)).greeting(new Send(FORGED)).either(),
                fails("half an answer before the request", new Send(OKAY)).greeting(new Send(FORGED.substring(0, 30))).either(),
                keeps("408 before the request", new Send(OKAY))
                        .greeting(new Send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n")).either());
    }

    private static Stream<Scenario> ends() {
        return Stream.of(
                fails("FIN instead of an answer", Act.FINISH),
                fails("RST instead of an answer", Act.RESET),
                fails("closed instead of an answer", Act.CLOSE),
                fails("FIN without an alert instead of an answer", Act.FINISH_TCP),
                fails("FIN within the status line", new Send("HTTP/1.1 20"), Act.FINISH),
                fails("RST within the status line", new Send("HTTP/1.1 20"), new Pause(5), Act.RESET),
                fails("FIN within the headers", new Send(STATUS + "Content-Le"), Act.FINISH),
                fails("RST within the headers", new Send(STATUS + "Content-Le"), new Pause(5), Act.RESET),
                fails("FIN before the body", new Send(STATUS + LENGTH + "\r\n"), Act.FINISH),
                fails("RST before the body", new Send(STATUS + LENGTH + "\r\n"), new Pause(5), Act.RESET),
                fails("RST within the body", new Send(STATUS + "Content-Length: 1000\r\n\r\n$BODY"), new Pause(5), Act.RESET),
                last("RST instead of the end", new Send(STATUS + "\r\n$BODY"), new Pause(5), Act.RESET).either(),
                last("FIN after the answer", new Send(OKAY), Act.FINISH).gathered(),
                last("RST after the answer", new Send(OKAY), new Pause(5), Act.RESET).gathered(),
                last("end without an alert", new Send(STATUS + "\r\n$BODY"), Act.FINISH_TCP).either(),
                last("end without an alert after the answer", new Send(OKAY), Act.FINISH_TCP).gathered(),
                fails("FIN", Act.FINISH).whenReused(),
                fails("RST", Act.RESET).whenReused(),
                fails("no answer", Act.AWAIT_CLOSE).whenReused(),
                fails("FIN within the headers", new Send(STATUS + "Content-Le"), Act.FINISH).whenReused().either(),
                fails("RST within the headers", new Send(STATUS + "Content-Le"), new Pause(5), Act.RESET).whenReused().either(),
                fails("not HTTP", new Send("SSH-2.0-x\r\n\r\n")).whenReused().either());
    }

    private static Stream<Scenario> statuses() {
        return Stream.of(
                keeps("204", "HTTP/1.1 204 No Content\r\n\r\n").error(),
                fails("204 with a body", "HTTP/1.1 204 No Content\r\n" + LENGTH + "\r\n$BODY"),
                keeps("205", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n").error(),
                fails("205 without a length, with a body", new Send("HTTP/1.1 205 Reset Content\r\n\r\n$BODY"), Act.FINISH),
                keeps("304", "HTTP/1.1 304 Not Modified\r\n" + LENGTH + "\r\n").error(),
                fails("304 with a body", "HTTP/1.1 304 Not Modified\r\n" + LENGTH + "\r\n$BODY"),
                keeps("201", headers("X: y").replace("200 OK", "201 Created")).error(),
                keeps("302", headers("Location: /elsewhere").replace("200 OK", "302 Found")).error(),
                keeps("307", headers("Location: http://127.0.0.1:1/").replace("200 OK", "307 x")).error(),
                keeps("401 without a challenge", "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n").error(),
                keeps("407", "HTTP/1.1 407 x\r\nContent-Length: 0\r\n\r\n").error(),
                keeps("400 with a token", headers("X: y").replace("200 OK", "400 x")).error(),
                keeps("500 with a token", headers("X: y").replace("200 OK", "500 x")).error(),
                keeps("503 with a token", headers("X: y").replace("200 OK", "503 x")).error(),
                keeps("600", headers("X: y").replace("200 OK", "600 x")).error(),
                keeps("999", headers("X: y").replace("200 OK", "999 x")).error(),
                fails("099", headers("X: y").replace("200 OK", "099 x")),
                fails("1000", headers("X: y").replace("200 OK", "1000 x")),
                fails("2147483848", headers("X: y").replace("200 OK", "2147483848 x")),
                fails("-200", headers("X: y").replace("200 OK", "-200 x")),
                fails("no status", "HTTP/1.1\r\n\r\n"),
                keeps("408", "HTTP/1.1 408 x\r\nContent-Length: 0\r\n\r\n").error(),
                keeps("421", "HTTP/1.1 421 x\r\nContent-Length: 0\r\n\r\n").error(),
                fails("408", new Send("HTTP/1.1 408 x\r\nContent-Length: 0\r\n\r\n"), Act.FINISH).whenReused());
    }
}
