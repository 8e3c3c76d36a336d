import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { advise } from "./advise.ts";
import type { OpenKnowledge } from "./open-knowledge.ts";
import { listFindings } from "../knowledge/upkeep/finding.store.ts";
import { listGaps } from "../knowledge/gaps/gap.store.ts";
import { readHealth, requestUpkeep } from "../knowledge/upkeep/schedule-upkeep.ts";
import { shorten } from "../lib/cut.ts";

const LOOK_EVERY_MS = 500;
const MOST = 20;
const WIDE = 160;

/** All that these need of it. */
type UpkeepView = Pick<OpenKnowledge, "deps" | "tenantId" | "isRunning">;

/** `baton knowledge gaps`: what people asked in vain, and the drafts of articles that would answer it. */
export async function showGaps({ deps, tenantId }: UpkeepView, args: readonly string[], write: (text: string) => void): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { drafts: { type: "boolean", default: false } } });
  const gaps = await listGaps(deps.database, tenantId, { status: "open", after: null, limit: MOST });
  if (gaps.length === 0) write("No open gaps. They are looked for once a day; `baton knowledge health --now` looks at once.\n");
  for (const gap of gaps) {
    write(`${gap.subject}\n  ${gap.people} ${gap.people === 1 ? "person" : "people"} asked, ${gap.questions === 1 ? "once" : `${gap.questions} times`} since ${gap.firstAt.slice(0, 10)}; last on ${gap.lastAt.slice(0, 10)}; ${gap.draft === null ? "nobody has replied yet" : "an article is drafted"}  (${gap.id})\n`);
    if (values.drafts && gap.draft !== null) write(`${indent(`${gap.draft.title}\n\n${gap.draft.body}`)}\n`);
  }
  return 0;
}

/** `baton knowledge health`: how the articles stand; exit code 1 when some contradict each other or are outdated. */
export async function showHealth({ deps, tenantId, isRunning }: UpkeepView, args: readonly string[], write: (text: string) => void): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { now: { type: "boolean", default: false } } });
  if (values.now && !isRunning) return advise("Start Baton first (npm start): the running one looks the articles through.");
  if (values.now) await lookNow(deps, tenantId);
  const health = await readHealth(deps, tenantId);
  write(`Looked through ${health.lastAt ?? "never"}; next ${health.nextAt}${health.error === null ? "" : `\nThe last look failed: ${health.error}`}\n`);
  write(`Gaps: ${health.gaps.open} open, asked by ${health.gaps.people} ${health.gaps.people === 1 ? "person" : "people"}, ${health.gaps.drafted} with a drafted article\n`);
  for (const [kind, count] of Object.entries(health.findings)) write(`${kind.padEnd(14)} ${count}\n`);
  for (const finding of await listFindings(deps.database, tenantId, { kind: null, status: "open", after: null, limit: MOST })) {
    write(`\n${finding.kind}: ${finding.document.title} (${finding.document.path})${finding.other === null ? "" : ` and ${finding.other.title} (${finding.other.path})`}\n  ${finding.reason}\n`);
    for (const passage of [finding.passage, finding.otherPassage]) if (passage !== null) write(`  "${shorten(passage.replace(/\s+/g, " "), WIDE)}"\n`);
  }
  return health.findings.contradiction + health.findings.outdated > 0 ? 1 : 0;
}

async function lookNow(deps: OpenKnowledge["deps"], tenantId: string): Promise<void> {
  const since = (await readHealth(deps, tenantId)).lastAt;
  await requestUpkeep(deps, tenantId);
  while ((await readHealth(deps, tenantId)).lastAt === since) await sleep(LOOK_EVERY_MS);
}

function indent(text: string): string {
  return text.split("\n").map((line) => `    ${line}`).join("\n");
}
