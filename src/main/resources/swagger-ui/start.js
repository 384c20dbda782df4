'use strict';

// Leaves a form's empty fields out; Swagger UI sends them, until each one's "Send empty value" is switched off by hand.
const leaveOutWhatIsEmpty = () => ({
  wrapComponents: {
    ParameterIncludeEmpty: (Original, { React }) => (props) => React.createElement(Original, {
      ...props,
      isIncludedOptions: { ...props.isIncludedOptions, defaultValue: false },
    }),
  },
});

// What is typed in here is kept for as long as the page is open, and no longer: it can be a secret.
window.SwaggerUIBundle({
  url: '/q/openapi',
  dom_id: '#description',
  persistAuthorization: false,
  validatorUrl: null,
  plugins: [leaveOutWhatIsEmpty],
  // Otherwise a browser answers 401 by a dialog of its own, and keeps the credentials that it is given.
  requestInterceptor: (request) => Object.assign(request, { credentials: 'omit' }),
});
