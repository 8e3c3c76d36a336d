import { startConformanceServer } from "../mcp/start-conformance-server.ts";
import { startTestServers } from "../servers.ts";
import { runClientScenarios, runServerScenarios } from "./mcp.ts";

/**
 * `npm run conformance -- mcp`: every scenario of the MCP conformance suite, against Baton as a server and against its client. What
 * Baton does not offer is skipped by name, with the reason. Prints a table and one JSON line; exits with 1 when anything is amiss.
 */
const SCENARIOS = 58;

await using servers = await startTestServers();
Object.assign(process.env, servers.env);
await using server = await startConformanceServer();
const found = [...(await runServerScenarios(server.url)), ...(await runClientScenarios())];
for (const { side, name, passed, failed, skipped, isOk } of found) say(`${isOk ? (skipped === null ? "ok  " : "skip") : "FAIL"}  ${side}: ${name}${isOk && skipped !== null ? `: ${skipped}` : ` (${passed} checks passed, ${failed} failed)`}`);

const ran = found.filter(({ skipped }) => skipped === null);
const good = ran.filter(({ isOk }) => isOk).length;
const isOk = found.length === SCENARIOS && found.every((each) => each.isOk);
say(`\n${good} of ${ran.length} scenarios pass; ${found.length - ran.length} of ${found.length} are skipped, since Baton does not offer what they ask for`);
say(JSON.stringify({ name: "conformance-mcp", scenarios: found.length, ran: ran.length, passed: good, skipped: found.flatMap(({ side, name, skipped }) => (skipped === null ? [] : [{ side, name, reason: skipped }])), ok: isOk }));
process.exitCode = isOk ? 0 : 1;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
