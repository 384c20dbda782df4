package dev.leantokens.pages;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShownOutputTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "{'scope':'api','expires_in':3599}     | {'expires_in':12, 'scope':'api'}",
            "{'access_token':'eyJraWQiOi…'}        | {'access_token':'token'}",
            "{'text':'ask for …, again'}           | {'text':'ask for api, again'}",
            "{'data':{'up':true},'none':null}      | {'data':{'up':true},'none':null}",
            "[{'name':'a'},{'name':'b'}]           | [{'name':'b'},{'name':'a'}]",
            "{'a':1} {'b':2}                       | {'a':1}{'b':2}" })
    void jsonOfTheSameShapeIsNoDifference(String shown, String printed) {
        assertThat(json(shown, printed)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "{'scope':'api'}            | {'scop':'api'}               | $.scope: is only shown",
            "{'scope':'api'}            | {'scope':'api','extra':1}    | $.extra: is only printed",
            "{'expires_in':3599}        | {'expires_in':'3599'}        | $.expires_in: shown is NUMBER",
            "{'error':'invalid_scope'}  | {'error':'invalid_client'}   | $.error: shown is",
            "{'up':true}                | {'up':false}                 | $.up: shown is true",
            "{'text':'ask for …'}       | {'text':'do not ask for it'} | $.text: shown is",
            "[1,2]                      | [1]                          | $: 2 elements are shown",
            "[{'a':'b'},{'c':'d'}]      | [{'c':'d'},{'a':'x'}]        | $[0].a: is only shown",
            "{'a':1} {'b':2}            | {'a':1}                      | 2 values are shown",
            "{'a':1}                    | no JSON                      | no JSON",
            "{'a':1                     | {'a':1}                      | no JSON" })
    void otherJsonIsADifference(String shown, String printed, String difference) {
        assertThat(json(shown, printed)).get().asString().contains(difference, shown.replace('\'', '"'));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "200                     | 200",
            "Cache-Status: hit; ttl=… | Cache-Status: hit; ttl=3120\\r",
            "a\\n…\\nd               | a\\nb\\nc\\nd",
            "a\\n…\\nd               | a\\nd",
            "secret=sha256:…         | secret=sha256:387f" })
    void textWithTheSameLinesIsNoDifference(String shown, String printed) {
        assertThat(text(shown, printed)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "200              | 401",
            "a\\nb            | a\\nb\\nc",
            "a\\nb\\nc        | a\\nb",
            "a.c              | abc",
            "a … c            | a b d",
            "a                | ''" })
    void otherTextIsADifference(String shown, String printed) {
        assertThat(text(shown, printed)).get().asString().contains("shown is", "printed was");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', value = {
            "served at …\\nListening     | true",
            "served at 0.0.0.0           | true",
            "Listening\\nserved at       | false",
            "served to no one            | false" })
    void shownLinesOfALogAreThereInOrder(String shown, boolean present) {
        assertThat(ShownOutput.differenceToLog(block("text", lines(shown)),
                "12:00 INFO Start\n12:01 INFO served at 0.0.0.0\n12:02 INFO more\n12:03 INFO Listening on: 8080\n").isEmpty())
                .isEqualTo(present);
    }

    @Test
    void emptyOutputIsNoJson() {
        assertThat(json("{'a':1}", "")).isPresent();
    }

    private static Optional<String> json(String shown, String printed) {
        return ShownOutput.difference(block("json", shown.replace('\'', '"')), printed.replace('\'', '"'));
    }

    private static Optional<String> text(String shown, String printed) {
        return ShownOutput.difference(block("text", lines(shown)), lines(printed.equals("''") ? "" : printed));
    }

    private static String lines(String text) {
        return text.replace("\\n", "\n").replace("\\r", "\r") + "\n";
    }

    private static Block block(String language, String text) {
        return new Block(Path.of("page.md"), 1, language, text, Optional.empty(), 0);
    }
}
