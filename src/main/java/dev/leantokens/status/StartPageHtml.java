package dev.leantokens.status;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;

/** Renders the start page for browsers: one file without scripts. */
final class StartPageHtml {

    private static final String STYLE = """

            :root { color-scheme: light dark; }
            body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 0 auto; padding: 1rem; }
            dt { margin-top: 1rem; font-weight: bold; }
            dd { margin-left: 0; overflow-wrap: anywhere; }
            strong { display: block; border-left: .25rem solid #c60; padding-left: .75rem; }
            """;

    /** Allows only this style and the empty icon, which stops browsers from requesting one. */
    static final String POLICY = "default-src 'none'; style-src '" + hash(STYLE) + "'; img-src data:; base-uri 'none'; "
            + "form-action 'none'; frame-ancestors 'none'";

    private static final String START = """
            <!doctype html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <title>Lean Authentication Tokens</title>
              <link rel="icon" href="data:,">
              <style>""" + STYLE + """
            </style>
            </head>
            <body>
            <main>
              <h1>Lean Authentication Tokens</h1>
              <p>Issues OAuth 2.0 access tokens of Lean Technologies over REST and MCP.</p>
            """;

    private static final String END = """
              </dl>
            </main>
            </body>
            </html>
            """;

    private StartPageHtml() {
    }

    static String of(Places places) {
        return START
                + (places.standIn() ? "  <p><strong>" + Places.WARNING + "</strong></p>\n" : "")
                + "  <dl>\n"
                + entry("Request a token over REST", "<code>POST " + Places.TOKEN_ENDPOINT + "</code>, with a form or JSON")
                + entry("Request a token over MCP", "<code>" + places.mcpUrl() + "</code>, for MCP clients")
                + entry("API description", link(Places.API_DESCRIPTION + "?format=json", "JSON") + " or "
                        + link(Places.API_DESCRIPTION, "YAML")
                        + (places.swaggerUi() ? ", or " + link(Places.SWAGGER_UI, "try it in Swagger UI") : ""))
                + entry("Agent Skill", link(Places.AGENT_SKILLS, "index of the instructions for agents"))
                + entry("Operation", link(Places.HEALTH, "health") + " and " + link(Places.METRICS, "metrics"))
                + END;
    }

    private static String entry(String term, String description) {
        return "    <dt>" + term + "</dt>\n    <dd>" + description + "</dd>\n";
    }

    private static String link(String path, String text) {
        return "<a href=\"" + path + "\">" + text + "</a>";
    }

    /** @return the source expression of Content Security Policy that allows a style of exactly this text */
    private static String hash(String style) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(style.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
