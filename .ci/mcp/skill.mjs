// Checks the Agent Skill as a host does that implements the Skills extension of MCP: each file's digest and size, the front
// matter, and the folders.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { parse } from 'yaml';

export const SKILL = 'skill://lean-generate-access-token/SKILL.md';
const ROOT = SKILL.slice(0, SKILL.lastIndexOf('/'));
const HTTP = '/.well-known/agent-skills/lean-generate-access-token';

function verify(file, bytes) {
  assert.equal(`sha256:${createHash('sha256').update(bytes).digest('hex')}`, file.digest, file.uri);
  assert.equal(bytes.length, file.size, file.uri);
}

/**
 * @param client a connected client of either version
 * @param request sends a request that the client does not know by name
 * @param http where the skill is served over HTTP
 */
export async function checkSkill(client, request, http) {
  assert.deepEqual(client.getServerCapabilities().extensions, { 'io.modelcontextprotocol/skills': { directoryRead: true } });
  const { skills } = await request('skills/list');
  assert.deepEqual(skills.map((skill) => skill.uri), [SKILL]);
  const { skill } = await request('skills/get', { uri: SKILL });
  assert.deepEqual(skill, skills[0]);

  for (const file of skill.resources) {
    const { contents: [content] } = await client.readResource({ uri: file.uri });
    verify(file, Buffer.from(content.text));
    const response = await fetch(new URL(HTTP + file.uri.slice(ROOT.length), http));
    assert.equal(response.status, 200, file.uri);
    verify(file, Buffer.from(await response.arrayBuffer()));
    if (file.uri === SKILL) {
      assert.deepEqual(parse(content.text.split('---\n')[1]), skill.frontmatter);
    }
  }

  const found = [];
  const read = async (uri) => {
    for (const child of (await request('resources/directory/read', { uri })).resources) {
      if (child.mimeType === 'inode/directory') {
        await read(child.uri);
      } else {
        found.push(child.uri);
      }
    }
  };
  await read(ROOT);
  const uris = skill.resources.map((file) => file.uri).sort();
  assert.deepEqual(found.sort(), uris);
  const { resources } = await client.listResources();
  assert.deepEqual(resources.map((resource) => resource.uri).sort(), uris);

  await assert.rejects(request('skills/get', { uri: 'skill://nothing/SKILL.md' }), { code: -32602 });
  await assert.rejects(request('resources/directory/read', { uri: SKILL }), { code: -32602 });
}
