package dev.leantokens.json;

import java.io.IOException;
import java.io.InputStream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.databind.json.JsonMapper;

import io.netty.buffer.ByteBufInputStream;

/**
 * Jackson without its caches of member names, which callers could fill. Jackson interns each name, which a native executable
 * never frees, and caches thousands in a symbol table, whatever their length, that each request with new names copies. Bytes
 * are UTF-8 (RFC 8259 §8.1): Jackson would also read UTF-16 and UTF-32, which nothing between a caller and this service checks.
 * Thread-safe.
 */
public final class UncachedNames {

    private UncachedNames() {
    }

    /** @return a new factory; its symbol tables ignore later changes of these features */
    public static JsonFactory factory() {
        return new BufferedFactory(new JsonFactoryBuilder()
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES));
    }

    /** @return a builder of a mapper, on a new {@link #factory} */
    public static JsonMapper.Builder mapper() {
        return JsonMapper.builder(factory());
    }

    /** Reads Vert.x' buffers as bytes: without its caches, Jackson allocates 8 KiB to decode a stream. */
    private static final class BufferedFactory extends JsonFactory {

        private static final long serialVersionUID = 1;

        BufferedFactory(JsonFactoryBuilder builder) {
            super(builder);
        }

        private BufferedFactory(BufferedFactory source) {
            super(source, null);
        }

        /** Jackson only trusts its own class to be of this format, and rebuilds no other. */
        @Override
        public String getFormatName() {
            return FORMAT_NAME_JSON;
        }

        @Override
        public JsonFactory copy() {
            return new BufferedFactory(this);
        }

        @Override
        protected JsonParser _createParser(InputStream in, IOContext context) throws IOException {
            if (in instanceof ByteBufInputStream buffer) {
                byte[] content = buffer.readNBytes(buffer.available());
                return _createParser(content, 0, content.length, context);
            }
            return super._createParser(in, context);
        }

        @Override
        protected JsonParser _createParser(byte[] data, int offset, int length, IOContext context) throws IOException {
            if (length > 1 && (startsWide(data[offset]) || data[offset + 1] == 0)) {
                throw new JsonParseException(null, "not UTF-8");
            }
            return super._createParser(data, offset, length, context);
        }

        /** All texts that Jackson takes for UTF-16 or UTF-32 start with a mark or have a 0 in their first two bytes. */
        private static boolean startsWide(byte first) {
            return first == 0 || (first & 0xFE) == 0xFE;
        }
    }
}
