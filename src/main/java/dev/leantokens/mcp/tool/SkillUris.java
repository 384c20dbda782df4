package dev.leantokens.mcp.tool;

import dev.leantokens.skill.AgentSkill;
import dev.leantokens.skill.SkillFile;

/** The URIs that the Skills extension of MCP defines for the folders and files of a skill. */
final class SkillUris {

    /** The skill's folder. */
    static final String ROOT = "skill://" + AgentSkill.NAME;

    /** The URI of {@code SKILL.md}, which is also the skill's. */
    static final String INSTRUCTIONS = ROOT + "/SKILL.md";

    private SkillUris() {
    }

    static String of(SkillFile file) {
        return of(file.path());
    }

    /** @param path the path below the skill's folder */
    static String of(String path) {
        return ROOT + "/" + path;
    }

    static String parentOf(String uri) {
        return uri.substring(0, uri.lastIndexOf('/'));
    }

    /** @return the last segment */
    static String nameOf(String uri) {
        return uri.substring(uri.lastIndexOf('/') + 1);
    }
}
