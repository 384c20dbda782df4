/** The OpenAPI description of the REST side, and Swagger UI. */
package dev.leantokens.openapi;
