package dev.leantokens.hostile.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.leantokens.hostile.input.ParserCorpus.Input;

/** The inputs that are kept; {@link ParsersCampaignTest} looks for others. */
class ParsersTest {

    static List<Input> inputs() {
        return ParserCorpus.inputs();
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void parserKeepsItsPromises(Input input) {
        assertThatCode(() -> Parsers.all().get(input.parser()).parse(input.content())).doesNotThrowAnyException();
    }

    @Test
    void everyParserKeepsThemForInputOfTheOthers() {
        for (Map.Entry<String, Parser> parser : Parsers.list()) {
            for (Input input : inputs()) {
                assertThatCode(() -> parser.getValue().parse(input.content())).as("%s with %s", parser.getKey(), input)
                        .doesNotThrowAnyException();
            }
        }
    }

    @Test
    void everyParserHasInputs() {
        assertThat(inputs().stream().map(Input::parser).collect(Collectors.toSet())).isEqualTo(Parsers.all().keySet());
    }

    @Test
    void fuzzerGivesAnInputToItsParser() {
        Parsers.all().keySet().forEach(parser -> assertThat(
                ParserFuzzer.parserOf(ParserFuzzer.dataOf(parser, new byte[] { 7 })).getKey()).isEqualTo(parser));
    }
}
