package dev.leantokens.mcp.tool;

/**
 * What this server tells models: the server instructions and the description of the tool, which share their sentences. A client
 * adds both to each conversation, so they contain only what a model needs before it reads the Agent Skill. A test compares
 * their facts with the skill and the API description.
 */
final class Guidance {

    private static final String API = "for the API of Lean Technologies (open banking in the UAE and Saudi Arabia). ";

    private static final String SCOPES = """
            Request the scope "api" to call Lean's API from a backend, or "customer.<customer_id>" to start the LinkSDK in the \
            app of that customer. \
            """;

    private static final String HANDLING = """
            A token is a secret: do not show it, log it or keep it longer than the task. Request one whenever you need it: \
            tokens are cached and renewed here. \
            """;

    static final String TOOL_DESCRIPTION = TokenTool.TITLE + ". Returns an OAuth 2.0 access token " + API + SCOPES + """
            Send the token as "Authorization: Bearer <access_token>"; it is valid for expires_in seconds. \
            """ + HANDLING + """
            After the error "temporarily_unavailable", retry after the time that its description says; every other error needs \
            a changed request or an operator.""";

    private static final String WAYS = """
            If you have a shell, do not call the tool: the skill's script keeps the token out of your context. Otherwise, before \
            you call Lean's API, call the tool\s"""
            + TokenTool.NAME + ", for example with {\"body\":{\"scope\":\"api\"}}. ";

    static final String INSTRUCTIONS = "Issues OAuth 2.0 access tokens " + API + WAYS + SCOPES + HANDLING
            + """
                    Send no client_secret unless the user gives you that of a Lean application. For the script, errors and requests over \
                    REST, read the skill\s"""
            + SkillUris.INSTRUCTIONS + ".";

    private Guidance() {
    }
}
