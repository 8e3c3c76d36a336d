import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createBuiltInUnderstander, createLocalModelUnderstander } from "../src/intelligence/adapters/index.ts";
import { embedExamples } from "../src/intelligence/classifier/embed-examples.ts";
import { trainIntentModel } from "../src/intelligence/classifier/intent-model.ts";
import { combineUnderstanders, ENOUGH_FROM } from "../src/intelligence/combine-understanders.ts";
import type { Understander } from "../src/intelligence/understander.ts";
import type { Embedder } from "../src/models/embeddings/embedder.ts";
import { report, say, type Target } from "./report.ts";
import { openMiniLm } from "./retrieval/minilm.ts";
import { asExamples, readBanking77, readClinc150, readNlupp, type Split } from "./understand/data.ts";
import { measureIntents, type IntentQuality } from "./understand/measure.ts";
import { measureThresholds } from "./understand/thresholds.ts";

type SetName = "banking77" | "clinc150" | "nlupp banking" | "nlupp hotels";
type Measured = Record<SetName, IntentQuality>;
type WithModel = ({ kind: "ok"; model: string; alone: Measured; combined: Measured }) | { kind: "skipped"; reason: string };

const PATIENCE_MS = 1_200_000;

/**
 * Intents from a workspace's own examples (`../shared/data/banking77`, `clinc150`, `nlupp`; another place by `BATON_DATA_SETS`):
 * trained on the training parts, measured on dev; what other thresholds would do is measured on the training parts alone. First without weights, then with a local embedding model where the package
 * index for Python brings one: alone, and asked only where the first was not sure. Returns the exit code.
 */
export async function proveUnderstand(): Promise<number> {
  const folder = resolve(process.env["BATON_DATA_SETS"] ?? "../shared/data");
  if (!existsSync(join(folder, "banking77")) || !existsSync(join(folder, "clinc150")) || !existsSync(join(folder, "nlupp"))) {
    say("skipped: the data sets are not here; set BATON_DATA_SETS to their folder");
    return 0;
  }
  const splits: Record<SetName, Split> = { "banking77": readBanking77(folder), "clinc150": readClinc150(folder), "nlupp banking": readNlupp(folder, "banking"), "nlupp hotels": readNlupp(folder, "hotels") };
  const thresholds = Object.fromEntries((["banking77", "clinc150"] as const).map((name) => [name, measureThresholds(splits[name].train)]));
  say(`thresholds, on a fifth of the training parts alone: ${JSON.stringify(thresholds)}`);
  const plain = await ofEach(splits, "without weights", async ({ train, dev }) => measureIntents(createBuiltInUnderstander({ intents: asExamples(train), entityPatterns: [] }), dev));
  const opened = await openMiniLm();
  const withModel: WithModel = opened.kind === "ok" ? await measureWithModel(splits, opened.embedder) : opened;
  if (withModel.kind === "skipped") say(`with a local model: skipped, ${withModel.reason}`);
  return report({ name: "understand", figures: { thresholds, plain, withModel }, targets: targetsOf(plain, withModel) });
}

async function ofEach(splits: Record<SetName, Split>, title: string, measure: (split: Split) => Promise<IntentQuality>): Promise<Measured> {
  const one = async (name: SetName): Promise<IntentQuality> => {
    const startMs = performance.now();
    const made = await measure(splits[name]);
    say(`${title}: ${name.padEnd(13)} ${JSON.stringify(made)} (${((performance.now() - startMs) / 1_000).toFixed(0)} s with training)`);
    return made;
  };
  return { "banking77": await one("banking77"), "clinc150": await one("clinc150"), "nlupp banking": await one("nlupp banking"), "nlupp hotels": await one("nlupp hotels") };
}

/** Trained once a set: the local model alone, then both, cheapest first. */
async function measureWithModel(splits: Record<SetName, Split>, embedder: Embedder): Promise<WithModel> {
  const pairs = new Map<Split, { builtIn: Understander; local: Understander }>();
  const alone = await ofEach(splits, `with ${embedder.id}`, async (split) => {
    const intents = asExamples(split.train);
    const model = trainIntentModel(intents, await embedExamples(intents, embedder, AbortSignal.timeout(PATIENCE_MS), "bench"));
    const local = createLocalModelUnderstander({ embedder, model, entityPatterns: [] });
    pairs.set(split, { builtIn: createBuiltInUnderstander({ intents, entityPatterns: [] }), local });
    return measureIntents(local, split.dev);
  });
  const combined = await ofEach(splits, "combined, cheapest first", async (split) => {
    const pair = pairs.get(split);
    if (pair === undefined) throw new Error("this set was not trained on");
    return measureIntents(combineUnderstanders([{ understander: pair.builtIn, enoughFrom: ENOUGH_FROM }, { understander: pair.local, enoughFrom: 0 }]), split.dev);
  });
  return { kind: "ok", model: embedder.id, alone, combined };
}

function targetsOf(plain: Measured, withModel: WithModel): Target[] {
  const of = (by: string, { banking77, clinc150 }: Measured, banking: number): Target[] => [
    { name: `${by}: banking77 accuracy`, value: banking77.accuracy, mustBe: "at least", bound: banking },
    { name: `${by}: clinc150 accuracy in scope`, value: clinc150.accuracy, mustBe: "at least", bound: 0.93 },
    { name: `${by}: clinc150 recall of what is out of scope`, value: clinc150.noneRecall ?? 0, mustBe: "at least", bound: 0.5 },
    { name: `${by}: banking77 calibration error`, value: banking77.calibrationError, mustBe: "at most", bound: 0.05 },
    { name: `${by}: clinc150 calibration error`, value: clinc150.calibrationError, mustBe: "at most", bound: 0.05 },
  ];
  const speed: Target[] = [{ name: "without weights: p50 of a message, ms", value: Math.max(plain.banking77.p50Ms, plain.clinc150.p50Ms), mustBe: "at most", bound: 2 }];
  return [...of("without weights", plain, 0.9), ...speed, ...(withModel.kind === "ok" ? of("combined", withModel.combined, 0.92) : [])];
}
