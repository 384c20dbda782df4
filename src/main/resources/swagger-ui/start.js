'use strict';

// Removes empty form fields, which Swagger UI sends unless each one's "Send empty value" is cleared by hand.
const leaveOutWhatIsEmpty = () => ({
  wrapComponents: {
    ParameterIncludeEmpty: (Original, { React }) => (props) => React.createElement(Original, {
      ...props,
      isIncludedOptions: { ...props.isIncludedOptions, defaultValue: false },
    }),
  },
});

// Input is kept only while the page is open, because it can be a secret.
window.SwaggerUIBundle({
  url: '/q/openapi',
  dom_id: '#description',
  persistAuthorization: false,
  validatorUrl: null,
  plugins: [leaveOutWhatIsEmpty],
  // Otherwise a browser shows its login dialog on a 401, and stores the credentials.
  requestInterceptor: (request) => Object.assign(request, { credentials: 'omit' }),
});
