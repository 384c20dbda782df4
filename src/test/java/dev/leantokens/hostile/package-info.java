/**
 * Peers that misbehave, systematically: tables of known cases, and campaigns of random ones. A class named {@code …CampaignIT}
 * or {@code …CampaignTest} plays a {@link dev.leantokens.hostile.Campaign}, whose duration is a system property.
 */
package dev.leantokens.hostile;
