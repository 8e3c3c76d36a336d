import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../src/lib/app-error.ts";
import { createLog } from "../../src/lib/log.ts";
import { tryReadWorkflow } from "../../src/workflows/document/read-workflow.ts";
import { startTestServers } from "../servers.ts";
import { checkScenario } from "./check-scenario.ts";
import { readFeature } from "./gherkin.ts";
import { startPetShop } from "./pet-shop.ts";
import { findRefusals } from "./refusals.ts";
import { STUBS, runExample } from "./run-example.ts";
import { startInterpreter } from "./start-interpreter.ts";

/**
 * `npm run conformance`: every scenario of the standard's conformance kit on the real engine and database, and every example of
 * the standard, which must be readable and either run or be refused by name. Prints a table and one JSON line; exits with 1
 * when anything is amiss. With `-- mcp` MCP's own suite runs instead (run-mcp.ts).
 */
const KIT = join(import.meta.dirname, "serverless-workflow");

if (process.argv[2] === "mcp") {
  await import("./run-mcp.ts");
  process.exit();
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

await using servers = await startTestServers();
Object.assign(process.env, servers.env);
await using shop = await startPetShop();
await using interpreter = await startInterpreter({ documents: STUBS, log: createLog({ level: "error", isPretty: true, write: () => {} }), secrets: new Proxy({}, { get: () => ({ username: "user", password: "secret", token: "secret", clientId: "id", clientSecret: "secret" }) }) });

const scenarios: { name: string; fault: string | null }[] = [];
for (const file of readdirSync(join(KIT, "ctk", "features")).sort()) {
  for (const scenario of readFeature(readFileSync(join(KIT, "ctk", "features", file), "utf8"))) {
    const fault = await checkScenario(interpreter, scenario, shop.localise).then(() => null, messageOf);
    scenarios.push({ name: `${file.replace(".feature", "")}: ${scenario.name}`, fault });
    say(`${fault === null ? "ok  " : "FAIL"}  ${scenarios.at(-1)?.name}${fault === null ? "" : `\n      ${fault.replaceAll("\n", "\n      ")}`}`);
  }
}

say("");
const examples: { file: string; fault: string | null; refused: string[]; outcome: string }[] = [];
for (const file of readdirSync(join(KIT, "examples")).sort()) {
  const read = tryReadWorkflow(readFileSync(join(KIT, "examples", file), "utf8"), file);
  const refused = read.kind === "read" ? findRefusals(read.source.definition, interpreter.deps) : [];
  const unread = read.kind === "read" ? null : read.findings.map((finding) => `${finding.place.line}: ${finding.message}`).join("; ");
  const run = read.kind === "read" && refused.length === 0 ? await runExample(interpreter, read.source, shop.url) : { outcome: "refused", fault: null };
  const fault = unread ?? run.fault;
  examples.push({ file, fault, refused, outcome: run.outcome });
  say(`${fault === null ? "ok  " : "FAIL"}  ${file}: ${run.outcome}${[...refused, ...(fault === null ? [] : [fault])].map((reason) => `\n        ${reason}`).join("")}`);
}

const passed = scenarios.filter(({ fault }) => fault === null).length;
const good = examples.filter(({ fault }) => fault === null).length;
const isOk = passed === scenarios.length && good === examples.length && scenarios.length === 21;
say(`\n${passed} of ${scenarios.length} scenarios; ${good} of ${examples.length} examples run or are refused by name (${examples.filter(({ refused }) => refused.length > 0).length} refused)`);
say(JSON.stringify({ name: "conformance", scenarios: scenarios.length, passed, examples: examples.length, good, refused: examples.filter(({ refused }) => refused.length > 0).map(({ file, refused }) => ({ file, reasons: refused })), ok: isOk }));
process.exitCode = isOk ? 0 : 1;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
