package dev.leantokens.hostile.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The answers that were received on one HTTP/1.1 connection. */
final class Http1Answers {

    private static final Pattern HEAD = Pattern.compile("HTTP/1\\.[01] (\\d{3}) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n");
    private static final Pattern LENGTH = Pattern.compile("(?i)^content-length: *(\\d+)$", Pattern.MULTILINE);
    private static final Pattern CLOSE = Pattern.compile("(?i)^connection: *close$", Pattern.MULTILINE);

    private final List<Integer> statuses = new ArrayList<>();
    private final List<String> bodies = new ArrayList<>();

    private Http1Answers() {
    }

    /** @throws AssertionError if they are no complete responses, or if the service answers after it has said that it closes */
    static Http1Answers of(byte[] received) {
        String text = new String(received, StandardCharsets.ISO_8859_1);
        Http1Answers answers = new Http1Answers();
        boolean last = false;
        for (int position = 0; position < text.length();) {
            Matcher head = HEAD.matcher(text).region(position, text.length());
            if (!head.lookingAt()) {
                throw new AssertionError("no response: " + Conversation.text(received));
            }
            if (last) {
                throw new AssertionError("answered after Connection: close: " + Conversation.text(received));
            }
            int status = Integer.parseInt(head.group(1));
            int length = status < 200 ? 0 : length(head.group(2)).orElse(text.length() - head.end());
            if (head.end() + length > text.length()) {
                throw new AssertionError("incomplete response: " + Conversation.text(received));
            }
            answers.statuses.add(status);
            answers.bodies.add(text.substring(head.end(), head.end() + length));
            last = CLOSE.matcher(head.group(2)).find();
            position = head.end() + length;
        }
        return answers;
    }

    private static Optional<Integer> length(String headers) {
        Matcher length = LENGTH.matcher(headers);
        return length.find() ? Optional.of(Integer.parseInt(length.group(1))) : Optional.empty();
    }

    List<Integer> statuses() {
        return statuses;
    }

    List<String> bodies() {
        return bodies;
    }

    /** @return the scopes of the tokens of all answers, in order */
    List<String> scopes() {
        return bodies.stream().flatMap(body -> TokenRequest.scopesIn(body).stream()).toList();
    }
}
