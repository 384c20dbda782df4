package dev.leantokens.lean;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ContentEncodingTest {

    private static final byte[] BODY = "{\"access_token\":\"a\"}".getBytes(StandardCharsets.UTF_8);
    private static final long LIMIT = 100;

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = { "identity", "Identity" })
    void bodyWithoutEncodingIsTakenAsItIs(String encoding) {
        assertThat(ContentEncoding.decode(BODY, encoding, LIMIT)).isSameAs(BODY);
    }

    @ParameterizedTest
    @ValueSource(strings = { "gzip", "x-gzip", " GZIP " })
    void gzipIsDecoded(String encoding) throws IOException {
        assertThat(ContentEncoding.decode(gzip(BODY), encoding, LIMIT)).isEqualTo(BODY);
    }

    @Test
    void decodedBodyMayBeAsLongAsTheLimit() throws IOException {
        assertThat(ContentEncoding.decode(gzip(new byte[100]), "gzip", LIMIT)).hasSize(100);
        assertThat(ContentEncoding.decode(gzip(new byte[101]), "gzip", LIMIT)).isEmpty();
        assertThat(ContentEncoding.decode(gzip(new byte[10_000_000]), "gzip", LIMIT)).isEmpty();
    }

    @Test
    void bodyThatIsNotWhatItIsCalledSaysNothing() throws IOException {
        byte[] zipped = gzip(BODY);

        assertThat(ContentEncoding.decode(BODY, "gzip", LIMIT)).isEmpty();
        assertThat(ContentEncoding.decode(new byte[0], "gzip", LIMIT)).isEmpty();
        assertThat(ContentEncoding.decode(Arrays.copyOf(zipped, zipped.length / 2), "gzip", LIMIT)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = { "br", "deflate", "gzip, gzip", "nothing", "" })
    void encodingThatIsUnknownSaysNothing(String encoding) {
        assertThat(ContentEncoding.decode(BODY, encoding, LIMIT)).isEmpty();
    }

    private static byte[] gzip(byte[] body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(body);
        }
        return bytes.toByteArray();
    }
}
