package dev.leantokens.hostile.input;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;

import dev.leantokens.hostile.Campaign;
import dev.leantokens.hostile.input.ParserCorpus.Input;

/**
 * Mutates the inputs that are kept, blindly, but many times as often as the fuzzer of {@link ParsersCampaignTest} can: it finds
 * what is near to them, such as a third element of a list, and the fuzzer what is behind an unusual branch.
 */
class MutatedInputsCampaignTest {

    /** Shorter inputs are parsed more often; longer ones are in the corpus. */
    private static final int MAX_LENGTH = 512;

    @Test
    void noInputBreaksAParser() {
        Map<String, List<byte[]>> inputs = ParserCorpus.inputs().stream().filter(input -> input.content().length <= MAX_LENGTH)
                .collect(Collectors.groupingBy(Input::parser,
                        Collectors.mapping(Input::content, Collectors.toList())));
        List<Map.Entry<String, Parser>> parsers = Parsers.list();
        Campaign.named("mutated inputs", ParsersCampaignTest.SECONDS).play(random -> {
            Map.Entry<String, Parser> parser = parsers.get(random.nextInt(parsers.size()));
            byte[] input = InputMutation.of(inputs.get(parser.getKey()), random);
            try {
                parser.getValue().parse(input);
            } catch (Throwable e) {
                throw new AssertionError("%s with %s = %s: %s".formatted(parser.getKey(), HexFormat.of().formatHex(input),
                        new String(input, StandardCharsets.UTF_8), e.getMessage()), e);
            }
        });
    }
}
