# snippet: token
import time

from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session


def lean_api(token_url, client_id, client_secret):
    session = OAuth2Session(client=BackendApplicationClient(client_id, scope="api"))

    def request(method, url, **options):
        if session.token.get("expires_at", 0) < time.time() + 30:
            session.fetch_token(token_url, client_id=client_id, client_secret=client_secret)
        return session.request(method, url, **options)

    return request
# end: token
