package examples;

// snippet: client
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.oauth2.client.AuthorizedClientServiceOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientService;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.client.OAuth2ClientHttpRequestInterceptor;
import org.springframework.web.client.RestClient;

@Configuration
class LeanApiConfiguration {

    @Bean
    RestClient leanApi(RestClient.Builder builder, @Value("${lean.api}") String leanApi,
            ClientRegistrationRepository registrations, OAuth2AuthorizedClientService authorizedClients) {
        var tokens = new OAuth2ClientHttpRequestInterceptor(
                new AuthorizedClientServiceOAuth2AuthorizedClientManager(registrations, authorizedClients));
        tokens.setClientRegistrationIdResolver(request -> "lean");
        tokens.setAuthorizationFailureHandler(
                OAuth2ClientHttpRequestInterceptor.authorizationFailureHandler(authorizedClients));
        return builder.baseUrl(leanApi).requestInterceptor(tokens).build();
    }
}
// end: client
