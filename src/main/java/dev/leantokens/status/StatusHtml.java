package dev.leantokens.status;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import jakarta.inject.Singleton;

import io.quarkus.qute.Location;
import io.quarkus.qute.Template;

/**
 * Renders the start page for browsers, from the templates in {@code templates/status}: one file, which is complete without its
 * script. Does no input or output, as Quarkus reads templates at the start. Thread-safe.
 */
@Singleton
class StatusHtml {

    /** The fragments of {@code parts.html} that the page has. */
    private static final List<String> PARTS = List.of("at", "headline", "tiles", "budget", "charts", "minutes", "tokens",
            "facts", "errors");

    private final Template page;
    private final Template parts;
    private final String policy;

    StatusHtml(@Location("status/page.html") Template page, @Location("status/parts.html") Template parts,
            @Location("status/style.css") Template style, @Location("status/script.js") Template script) {
        this.page = page;
        this.parts = parts;
        this.policy = "default-src 'none'; style-src '" + hash(style.render()) + "'; script-src '" + hash(script.render())
                + "'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    /**
     * Renders the parts of the page that change. A part is one element with an id; the page has all of them, and an event of
     * the stream each one whose HTML differs from the last.
     *
     * @return the HTML of each part by its id, in the order of the page
     */
    Map<String, String> parts(Status status) {
        StatusView view = StatusView.of(status);
        Map<String, String> rendered = new LinkedHashMap<>();
        PARTS.forEach(part -> rendered.put(part, parts.getFragment(part).data("status", view).render()));
        return rendered;
    }

    /** @return the whole page with the status */
    String page(Places places, Status status) {
        return page.data("places", places, "status", StatusView.of(status), "login", false).render();
    }

    /**
     * @param login whether the page says how to see the status
     * @return the page without the status
     */
    String pageWithoutStatus(Places places, boolean login) {
        return page.data("places", places, "status", null, "login", login).render();
    }

    /**
     * @return the Content Security Policy of both pages. It allows this style, this script, the script's connection to this
     *         service, and the empty icon, which stops browsers from requesting one
     */
    String policy() {
        return policy;
    }

    /** @return the source expression that allows a style or script of exactly this text */
    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
