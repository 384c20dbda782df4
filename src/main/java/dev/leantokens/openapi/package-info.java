/** The description of the REST side, in OpenAPI, and the page that shows it. */
package dev.leantokens.openapi;
