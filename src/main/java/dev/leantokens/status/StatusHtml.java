package dev.leantokens.status;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import jakarta.inject.Singleton;

/** Renders the status as HTML. Thread-safe. */
@Singleton
class StatusHtml {

    StatusHtml() {
    }

    /**
     * Renders the parts of the page that change. A part is one element with an id; the page has all of them, and an event of
     * the
     * stream each one whose HTML differs from the last.
     *
     * @return the HTML of each part by its id, in the order of the page
     */
    Map<String, String> parts(Status status) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("readiness", part("readiness", status.readiness().ready() ? "Ready" : "Not ready"));
        parts.put("requests", part("requests", status.traffic().total().requests() + " requests"));
        return parts;
    }

    /** @return the whole page with the status */
    String page(Places places, Status status) {
        return StartPageHtml.of(places).replace("  <dl>\n",
                String.join("", List.copyOf(parts(status).values())) + "  <dl>\n");
    }

    private static String part(String id, String text) {
        return "  <p id=\"" + id + "\">" + text + "</p>\n";
    }
}
