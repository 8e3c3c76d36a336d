import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";

/** One flow of the handbook: its actions in the order they are required. */
export type Flow = { name: string; actions: readonly string[] };
/** What an action is, and what it is told. */
export type Action = { name: string; kind: "kb_query" | "interaction" | "faq_policy"; slots: readonly string[] };

const flows = z.record(z.string(), z.array(z.string()).min(1));
const actions = z.record(z.string(), z.array(z.string()));
const ontology = z.object({ actions: z.object({ kb_query: actions, interaction: actions, faq_policy: actions }) });

/** The folder of the data set; null where it is absent. Source: asappresearch/abcd (MIT). */
export function findHandbook(): string | null {
  const folder = join(resolve(process.env["BATON_DATA_SETS"] ?? "../shared/data"), "abcd");
  return existsSync(join(folder, "kb.json")) ? folder : null;
}

export async function readHandbook(folder: string): Promise<{ flows: readonly Flow[]; actions: readonly Action[] }> {
  const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), "utf8"));
  const known = ontology.parse(await read("ontology.json")).actions;
  const kinds = ["kb_query", "interaction", "faq_policy"] as const;
  return {
    flows: Object.entries(flows.parse(await read("kb.json"))).map(([name, required]) => ({ name, actions: required })),
    actions: kinds.flatMap((kind) => Object.entries(known[kind]).map(([name, slots]): Action => ({ name, kind, slots }))),
  };
}
