package dev.leantokens.store;

import static dev.leantokens.hostile.input.Parser.require;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.leantokens.hostile.input.Parser;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.quarkus.runtime.configuration.ConfigurationException;

/** Parsers of what Redis sends, and of what is sealed in it. */
public final class StoreParsers {

    public static final Map<String, Parser> ALL = Map.of("redis-reply", StoreParsers::reply, "sealed", StoreParsers::sealed,
            "shared-token", StoreParsers::token, "shared-failure", StoreParsers::failure, "store-url", StoreParsers::url);

    private static final StoreKey KEY = StoreKey.parse("A".repeat(43));

    /** The start of a text or a list with its length, or a line. */
    private static final Pattern HEADER = Pattern.compile("(?:([$=*~>%|])([0-9]{1,9})|[+:#,(_-][^\r\n]*)\r\n");

    private StoreParsers() {
    }

    private static void reply(byte[] input) {
        boolean whole = passes(input, Math.max(1, input.length));
        require(whole == passes(input, 1) && whole == passes(input, 7), "segments do not matter");
        require(!whole || !announcesTooMuch(new String(input, ISO_8859_1)), "too long a reply is refused");
    }

    /** @return whether a text or a list says that it is too long */
    private static boolean announcesTooMuch(String replies) {
        int position = 0;
        Matcher header = HEADER.matcher(replies);
        while (header.find(position) && header.start() == position) {
            position = header.end();
            if (header.group(2) != null) {
                long number = Long.parseLong(header.group(2));
                boolean text = "$=".contains(header.group(1));
                if (number > (text ? 4 << 20 : "%|".contains(header.group(1)) ? 10_001 : 20_001)) {
                    return true;
                }
                position += text ? (int) number + 2 : 0;
            }
            if (position > replies.length()) {
                return false;
            }
        }
        return false;
    }

    private static boolean passes(byte[] reply, int segment) {
        EmbeddedChannel channel = new EmbeddedChannel(new ReplyLimits());
        try {
            for (int from = 0; from < reply.length && channel.isOpen(); from += segment) {
                channel.writeInbound(Unpooled.copiedBuffer(reply, from, Math.min(segment, reply.length - from)));
                channel.releaseInbound();
            }
        } catch (StoreUnavailableException e) {
            require(e.fault() == StoreFault.NONSENSE, "the reply is nonsense");
        }
        boolean open = channel.isOpen();
        channel.close();
        return open;
    }

    private static void sealed(byte[] input) {
        require(Seal.open(List.of(KEY), "name", input).flaw().isPresent(), "what was not sealed does not open");
        byte[] sealed = Seal.seal(KEY, "name", input);
        require(Arrays.equals(Seal.open(List.of(KEY), "name", sealed).content(), input), "what was sealed opens");
        require(Seal.open(List.of(KEY), "another", sealed).flaw().isPresent(), "it opens under its name only");
        sealed[input.length % sealed.length] ^= 1;
        require(Seal.open(List.of(KEY), "name", sealed).flaw().isPresent(), "what was changed does not open");
    }

    private static void token(byte[] input) {
        try {
            require(Arrays.equals(SharedToken.decode(input).encode(), input), "a token is read as it was written");
        } catch (BufferUnderflowException e) {
            require(input.length < 40, "a token is accepted");
        }
    }

    private static void failure(byte[] input) {
        SharedFailure failure;
        try {
            failure = SharedFailure.decode(input);
        } catch (RuntimeException e) {
            return;
        }
        SharedFailure again = SharedFailure.decode(failure.encode());
        require(Arrays.equals(again.encode(), failure.encode()), "a failure is read as it was written");
        require(!failure.toString().contains("{"), "a failure is masked");
    }

    private static void url(byte[] input) {
        try {
            StoreUrl.parse(new String(input, UTF_8)).forEach(url -> require(url.port() > 0 && url.port() < 65_536
                    && url.address().matches("rediss?://[^@]+:\\d+"), "an address has a host and a port"));
        } catch (ConfigurationException e) {
            require(e.getCause() == null, "a cause could quote the password");
        }
    }
}
