/** The Agent Skill: instructions for agents that use this service, over either adapter. */
package dev.leantokens.skill;
