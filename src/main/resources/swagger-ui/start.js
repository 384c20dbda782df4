'use strict';

// What is typed in here is kept for as long as the page is open, and no longer: it can be a secret.
window.SwaggerUIBundle({
  url: '/q/openapi',
  dom_id: '#description',
  persistAuthorization: false,
  validatorUrl: null,
});
