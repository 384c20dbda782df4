package dev.leantokens.keycloak;

import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;

import org.keycloak.Config;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.protocol.oidc.endpoints.TokenEndpoint;
import org.keycloak.services.resource.RealmResourceProvider;
import org.keycloak.services.resource.RealmResourceProviderFactory;

/** Serves Keycloak's token endpoint at the path of Lean's, /oauth2/token below the URL of the realm. */
public final class LeanTokenEndpoint implements RealmResourceProvider {

    private final KeycloakSession session;

    private LeanTokenEndpoint(KeycloakSession session) {
        this.session = session;
    }

    @Override
    public Object getResource() {
        return this;
    }

    @POST
    @Path("token")
    public Response token() {
        EventBuilder event = new EventBuilder(session.getContext().getRealm(), session, session.getContext().getConnection());
        return new TokenEndpoint(session, new TokenManager(), event).processGrantRequest();
    }

    @Override
    public void close() {
    }

    /** Its id is the first segment of the path. */
    public static final class Factory implements RealmResourceProviderFactory {

        @Override
        public String getId() {
            return "oauth2";
        }

        @Override
        public RealmResourceProvider create(KeycloakSession session) {
            return new LeanTokenEndpoint(session);
        }

        @Override
        public void init(Config.Scope config) {
        }

        @Override
        public void postInit(KeycloakSessionFactory factory) {
        }

        @Override
        public void close() {
        }
    }
}
