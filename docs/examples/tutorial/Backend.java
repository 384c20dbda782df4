import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A job that calls Lean's API for three customers. It has no secret: it requests a token before each call. */
public class Backend {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final String TOKENS = System.getenv().getOrDefault("TOKENS_URL", "http://localhost:8080");

    public static void main(String[] args) throws Exception {
        for (String customer : new String[] { "Amal", "Badr", "Dina" }) {
            String token = token("api");
            // Here the job would call Lean's API with the header "Authorization: Bearer " + token.
            System.out.println(customer + ": ready to call Lean with a token of " + token.length() + " characters");
        }
    }

    private static String token(String scope) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(TOKENS + "/v1/oauth2/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("grant_type=client_credentials&scope=" + scope))
                .build();
        HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("No token: " + response.statusCode() + " " + response.body());
        }
        // Use your JSON library instead; Java has none.
        Matcher member = Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"]+)\"").matcher(response.body());
        if (!member.find()) {
            throw new IOException("No token in the response");
        }
        return member.group(1);
    }
}
