package dev.leantokens.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpsUrlTest {

    @ParameterizedTest
    @ValueSource(strings = { "https://idp.example", "https://idp.example:8443/a/b?c=d", "HTTPS://IDP.example/", "https://[::1]",
            "http://localhost:8080/keys", "http://LOCALHOST", "http://127.0.0.1", "http://[::1]:1", "https://192.0.2.1:65535" })
    void urlIsTaken(String url) {
        assertThat(HttpsUrl.parse(url)).contains(URI.create(url));
    }

    @ParameterizedTest
    @ValueSource(strings = { "", "idp.example", "//idp.example", "https:idp.example", "https:///keys", "http://idp.example",
            "http://localhost.example", "http://127.0.0.1.example", "http://127.0.0.2", "http://127.1", "http://0x7f000001",
            "http://2130706433", "http://[::ffff:127.0.0.1]", "http://localhost.", "http://localhost@idp.example",
            "https://user@idp.example", "https://user:password@idp.example", "https://idp.example#x", "https://idp.example:0",
            "https://idp.example:65536", "https://idp.example:x", "https://idp example", "ftp://localhost",
            "file:///etc/passwd", "https://a_b.example" })
    void otherTextIsNot(String text) {
        assertThat(HttpsUrl.parse(text)).isEmpty();
    }
}
