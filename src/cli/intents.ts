import { parseArgs } from "node:util";
import { taxonomyOf } from "../app/understanding/compose-understanding.ts";
import { systemClock } from "../lib/clock.ts";
import { listCorrections } from "../intelligence/learning/intent-example.store.ts";
import { learnedExamples } from "../intelligence/learning/intent-learning.ts";
import { openReport } from "../intelligence/learning/trained-model.ts";
import { ensureTenant } from "../identity/identity.store.ts";
import type { IntentReport } from "../shapes/understanding.ts";
import { openStore } from "./open-store.ts";
import { toStdout } from "./to-stdout.ts";

const MOST_CONFUSED = 10;

/** `intents [folder]`: how well the examples tell the intents apart, which are confused most, and what people have corrected. */
export async function intentsCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { positionals: [folder] } = parseArgs({ args: [...args], allowPositionals: true });
  await using store = await openStore(folder);
  const { database, tenantId, workspace } = store;
  await ensureTenant(database, tenantId, workspace.tenantName);
  const report = await openReport({ database, clock: systemClock }, { tenantId, intents: await learnedExamples({ database, tenantId, intents: taxonomyOf(workspace) }), embedder: null });
  const corrections = await listCorrections(database, tenantId);
  const waiting = corrections.filter(({ learnedIn }) => learnedIn === null).length;
  write(`${reportText(report)}Corrections: ${corrections.length - waiting} learned, ${waiting} waiting. "baton intents export" writes them into intents.yaml.\n`);
  return 0;
}

const percent = (share: number | null): string => (share === null ? "no examples" : `${(share * 100).toFixed(1)} %`);

function reportText({ examples, accuracy, noneRecall, calibrationError, intents, confusion }: IntentReport): string {
  const width = Math.max(0, ...intents.map(({ name }) => name.length));
  const lines = intents.map((intent) => `  ${intent.name.padEnd(width)}  ${String(intent.examples).padStart(5)} examples, found ${percent(intent.recall)}, right ${percent(intent.precision)}\n`);
  const confused = confusion.filter(({ intent, readAs }) => intent !== readAs).toSorted((one, other) => other.count - one.count).slice(0, MOST_CONFUSED);
  return [
    `${examples} examples, each read by a classifier that had not seen it:\n`,
    `Right intent: ${percent(accuracy)}. Of what fits none, seen as none: ${percent(noneRecall)}. Calibration error: ${calibrationError}.\n`,
    ...lines,
    ...(confused.length === 0 ? [] : ["Confused most:\n", ...confused.map(({ intent, readAs, count }) => `  ${count} x ${intent} read as ${readAs}\n`)]),
  ].join("");
}
