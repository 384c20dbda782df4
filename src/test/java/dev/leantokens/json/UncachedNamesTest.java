package dev.leantokens.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.ObjectMapper;

import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.Unpooled;

class UncachedNamesTest {

    /** Vert.x reads with a copy of the shared mapper. */
    private final ObjectMapper mapper = UncachedNames.mapper().build().copy();

    @Test
    void bufferIsReadInAnyLength() throws Exception {
        for (int length : new int[] { 0, 1, 5_000, 50_000 }) {
            String value = "é€𝄞".repeat(length);

            assertThat(mapper.readTree(buffer("[\"" + value + "\"]", StandardCharsets.UTF_8)).get(0).textValue())
                    .isEqualTo(value);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = { "UTF-16", "UTF-16BE", "UTF-16LE", "UTF-32BE", "UTF-32LE" })
    void otherEncodingsThanUtf8AreRefused(String encoding) {
        for (String json : new String[] { "{\"a\":1}", "1", "[\"é\"]" }) {
            assertThatThrownBy(() -> mapper.readTree(buffer(json, Charset.forName(encoding)))).as(json)
                    .isInstanceOf(JsonParseException.class);
            assertThatThrownBy(() -> mapper.readTree(json.getBytes(encoding))).as(json)
                    .isInstanceOf(JsonParseException.class);
        }
    }

    @Test
    void byteOrderMarkOfUtf8IsSkipped() throws Exception {
        assertThat(mapper.readTree(buffer("\uFEFF{}", StandardCharsets.UTF_8)).isObject()).isTrue();
    }

    /** Such a reader has a buffer of 8 KiB, which each message of a session would allocate. */
    @Test
    void bufferIsNotDecodedAsAStream() throws Exception {
        try (JsonParser parser = mapper.createParser(buffer("{}", StandardCharsets.UTF_8))) {
            assertThat(parser.getInputSource()).isNotInstanceOf(InputStreamReader.class);
        }
    }

    @Test
    void factoryIsKnownToBeOfJson() {
        assertThat(mapper.getFactory().getFormatName()).isEqualTo(JsonFactory.FORMAT_NAME_JSON);
        assertThat(mapper.getFactory().canParseAsync()).isTrue();
    }

    private static InputStream buffer(String json, Charset encoding) {
        return new ByteBufInputStream(Unpooled.copiedBuffer(json, encoding));
    }
}
