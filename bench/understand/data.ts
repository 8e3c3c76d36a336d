import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { z } from "zod";
import type { IntentExample } from "../../src/intelligence/understander.ts";
import { OUT_OF_SCOPE } from "../../src/intelligence/classifier/intent-model.ts";

/** A text and the intents it stands under; none: it fits no intent. */
export type Labelled = { text: string; intents: readonly string[] };
export type Split = { train: readonly Labelled[]; dev: readonly Labelled[] };

const HELD_OUT = 5;

/** banking77 has a training part only here: every fifth text of each intent, in the file's order, is held out as dev. */
export function readBanking77(folder: string): Split {
  const rows = z.array(z.tuple([z.string(), z.string()])).parse(parse(readFileSync(join(folder, "banking77", "train.csv"), "utf8"), { from_line: 2 }));
  const seen = new Map<string, number>();
  const train: Labelled[] = [];
  const dev: Labelled[] = [];
  for (const [text, intent] of rows) {
    const place = (seen.get(intent) ?? 0) + 1;
    seen.set(intent, place);
    (place % HELD_OUT === 0 ? dev : train).push({ text, intents: [intent] });
  }
  return { train, dev };
}

const pairs = z.array(z.tuple([z.string(), z.string()]));

/** clinc150: its own training and validation parts, both with texts that fit no intent. */
export function readClinc150(folder: string): Split {
  const all = z.object({ train: pairs, val: pairs, oos_train: pairs, oos_val: pairs }).parse(JSON.parse(gunzipSync(readFileSync(join(folder, "clinc150", "train_val.json.gz"))).toString("utf8")));
  const labelled = (inside: z.infer<typeof pairs>, outside: z.infer<typeof pairs>): Labelled[] => [...inside.map(([text, intent]) => ({ text, intents: [intent] })), ...outside.map(([text]) => ({ text, intents: [] }))];
  return { train: labelled(all.train, all.oos_train), dev: labelled(all.val, all.oos_val) };
}

const fold = z.array(z.object({ text: z.string(), intents: z.array(z.string()).default([]) }));

/** One domain of nlupp, whose texts have several intents: folds 0 to 7 to train, 8 and 9 as dev. */
export function readNlupp(folder: string, domain: "banking" | "hotels"): Split {
  const files = readdirSync(join(folder, "nlupp", domain)).filter((name) => /^fold\d+\.json$/.test(name)).sort();
  const of = (wanted: readonly string[]): Labelled[] => wanted.flatMap((name) => fold.parse(JSON.parse(readFileSync(join(folder, "nlupp", domain, name), "utf8"))));
  return { train: of(files.slice(0, 8)), dev: of(files.slice(8)) };
}

/** As a workspace has it: what fits no intent stands under `out_of_scope`. */
export function asExamples(texts: readonly Labelled[]): IntentExample[] {
  const byIntent = new Map<string, string[]>();
  for (const { text, intents } of texts) for (const name of intents.length === 0 ? [OUT_OF_SCOPE] : intents) byIntent.set(name, [...(byIntent.get(name) ?? []), text]);
  return [...byIntent].map(([name, examples]) => ({ name, examples }));
}
