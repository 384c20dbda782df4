package dev.leantokens.json;

import java.io.IOException;
import java.io.InputStream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.databind.json.JsonMapper;

import io.netty.buffer.ByteBufInputStream;

/**
 * Jackson without its caches of member names, which callers could fill. Jackson interns each name, which a native executable
 * never frees, and caches thousands in a symbol table, whatever their length, that each request with new names copies.
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
    }
}
