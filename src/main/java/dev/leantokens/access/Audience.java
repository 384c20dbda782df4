package dev.leantokens.access;

import java.util.List;

/**
 * Who gets tokens here.
 *
 * @param everyone whether that is everyone, without credentials
 * @param groups those who do, in words; empty if nobody does
 */
public record Audience(boolean everyone, List<String> groups) {

    public Audience {
        groups = List.copyOf(groups);
    }
}
