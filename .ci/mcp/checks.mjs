// Fails unless a scenario of the conformance suite has checked everything. The suite itself accepts checks that it skips.
// Usage: checks.mjs <revision> <folder with the results of the scenario>
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [revision, folder] = process.argv.slice(2);
// ttlMs and cacheScope are defined from 2026-07-28, so the suite does not check them before.
const skipped = revision < '2026-07-28' ? /^sep-2640-skills-(list|get)-cache-attributes$/ : /^$/;
const checks = readdirSync(folder).flatMap((run) => JSON.parse(readFileSync(join(folder, run, 'checks.json'))));
const failed = checks.filter((check) => check.status !== 'SUCCESS' && !(check.status === 'SKIPPED' && skipped.test(check.id)));
for (const check of failed) {
  console.error(`${check.id}: ${check.status}: ${check.errorMessage}`);
}
process.exit(checks.length > 0 && failed.length === 0 ? 0 : 1);
