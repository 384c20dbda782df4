/** The Agent Skill: how an agent is told, in words, what both adapters are for and how they are used. */
package dev.leantokens.skill;
