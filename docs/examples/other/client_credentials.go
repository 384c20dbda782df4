package main

// snippet: token
import (
	"context"
	"net/http"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

func leanAPI(ctx context.Context, tokenURL, id, secret string) *http.Client {
	config := clientcredentials.Config{
		TokenURL:     tokenURL,
		ClientID:     id,
		ClientSecret: secret,
		Scopes:       []string{"api"},
		AuthStyle:    oauth2.AuthStyleInHeader,
	}
	return config.Client(ctx)
}

// end: token
