/** The store: Redis or Valkey, with which the replicas of this service share tokens and one budget. Optional. */
package dev.leantokens.store;
