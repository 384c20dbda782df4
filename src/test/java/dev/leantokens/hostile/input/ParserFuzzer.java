package dev.leantokens.hostile.input;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What the fuzzer calls: the first byte of an input chooses the parser, and the others are parsed. */
public final class ParserFuzzer {

    private static final List<Map.Entry<String, Parser>> PARSERS = Parsers.list();

    private ParserFuzzer() {
    }

    /** Jazzer calls a method of this name first. Loads the classes, which can take longer than the time for one input. */
    public static void fuzzerInitialize() throws Exception {
        for (Map.Entry<String, Parser> parser : PARSERS) {
            parser.getValue().parse(new byte[0]);
        }
    }

    /** Jazzer calls a method of this name. */
    public static void fuzzerTestOneInput(byte[] data) throws Exception {
        if (data.length > 0) {
            parserOf(data).getValue().parse(Arrays.copyOfRange(data, 1, data.length));
        }
    }

    /** @return the parser of an input that is not empty */
    static Map.Entry<String, Parser> parserOf(byte[] data) {
        return PARSERS.get((data[0] & 0xFF) % PARSERS.size());
    }

    /** @return the input of the fuzzer for the input of a parser */
    static byte[] dataOf(String parser, byte[] input) {
        byte[] data = new byte[input.length + 1];
        data[0] = (byte) Parsers.all().headMap(parser).size();
        System.arraycopy(input, 0, data, 1, input.length);
        return data;
    }
}
