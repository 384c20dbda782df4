package dev.leantokens.skill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

/** Hosts bind the approval of their users to the digests, so these tell all versions of a skill apart. */
class SkillDigestTest {

    private final AgentSkill skill = new AgentSkill();

    @Test
    void changedFileHasAnotherDigest() {
        for (SkillFile changed : skill.files()) {
            AgentSkill other = new AgentSkill(
                    skill.files().stream().map(file -> file == changed ? changed(file) : file).toList());

            for (int i = 0; i < skill.files().size(); i++) {
                SkillFile before = skill.files().get(i);
                SkillFile after = other.files().get(i);
                assertThat(after.path()).isEqualTo(before.path());
                assertThat(after.size()).isEqualTo(before.size());
                assertThat(after.digest().equals(before.digest())).as(after.path()).isEqualTo(before != changed);
            }
        }
    }

    /** Changes one bit of the last byte, so that the size remains. */
    private static SkillFile changed(SkillFile file) {
        byte[] content = file.bytes();
        content[content.length - 1] ^= 1;
        return new SkillFile(file.path(), content);
    }

    @Test
    void digestIsSha256InHex() {
        assertThat(new SkillFile("a.md", new byte[0]).digest())
                .isEqualTo("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assertThat(List.copyOf(skill.files())).allSatisfy(file -> assertThat(file.digest()).matches("sha256:[0-9a-f]{64}"));
    }
}
