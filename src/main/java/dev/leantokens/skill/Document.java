package dev.leantokens.skill;

import java.util.List;

import io.vertx.core.buffer.Buffer;

/** A response body with its headers, prepared once. Immutable. */
final class Document {

    private final Buffer body;
    private final String type;
    private final String length;
    private final String tag;

    Document(byte[] content, String type) {
        this.body = Buffer.buffer(content);
        this.type = type;
        this.length = Integer.toString(content.length);
        this.tag = '"' + SkillFile.digestOf(content) + '"';
    }

    /** @return the bytes, which must not be changed */
    Buffer body() {
        return body;
    }

    /** @return the {@code Content-Type} */
    String type() {
        return type;
    }

    /** @return the {@code Content-Length} */
    String length() {
        return length;
    }

    /** @return the {@code ETag}: the digest in quotes */
    String tag() {
        return tag;
    }

    /**
     * Compares weakly (RFC 9110 §13.1.2): proxies that compress responses make tags weak. Malformed tags match nothing.
     *
     * @param ifNoneMatch the values of {@code If-None-Match}
     */
    boolean isAmong(List<String> ifNoneMatch) {
        // A tag has no quotes inside, so a list that contains this one with its quotes has it as a member.
        return ifNoneMatch.stream().anyMatch(tags -> tags.contains(tag) || tags.strip().equals("*"));
    }
}
