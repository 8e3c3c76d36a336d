import { join } from "node:path";
import { z } from "zod";
import { sha256 } from "../../../src/lib/sha256.ts";
import { goldTask, readJsonLines, readText, type GoldTask } from "../data-set.ts";
import { toPythonJson } from "../python-json.ts";
import type { State } from "../record.store.ts";
import { FLOATS } from "./bank-text.ts";

const table = z.object({ data: z.record(z.string(), z.unknown()), notes: z.string().default("") });
const database = z.record(z.string(), table);
const schema = z.object({ properties: z.record(z.string(), z.unknown()) });
const beginnings = z.array(z.object({ id: z.string(), initial_state: z.object({ initialization_data: z.object({ agent_data: z.record(z.string(), z.object({ data: z.record(z.string(), z.unknown()) })).nullish() }).nullish() }).nullish() }));

/** `stateOf`: what the bank holds when a task begins. Collections are named as in paths, `users/data`. */
export type BankingData = { tasks: GoldTask[]; catalogue: string; stateOf(taskId: string): State; hashOf(state: State): string };

export async function readBanking(folder: string): Promise<BankingData> {
  const path = join(folder, "tau3", "banking_knowledge");
  const read = async (name: string): Promise<unknown> => JSON.parse(await readText(path, name));
  const tables = database.parse(await read("db.json.gz"));
  const names = Object.keys(schema.parse(await read("db.schema.json")).properties);
  const added = new Map(beginnings.parse(await read("tasks.dev.json.gz")).map(({ id, initial_state }) => [id, initial_state?.initialization_data?.agent_data ?? {}]));
  return {
    tasks: await readJsonLines(goldTask, path, "gold.dev.jsonl.gz"), catalogue: await readText(path, "tools.json"),
    stateOf: (taskId) => Object.fromEntries(names.map((name) => [`${name}/data`, { ...tables[name]?.data, ...added.get(taskId)?.[name]?.data }])),
    hashOf: (state) => {
      const whole = Object.fromEntries(names.map((name) => [name, { data: state[`${name}/data`] ?? {}, notes: tables[name]?.notes ?? "" }]));
      return sha256(toPythonJson(whole, ANYWHERE, null));
    },
  };
}

/** The bank's records have no schema of their own; which numbers are floats, their names say. */
const ANYWHERE: Record<string, unknown> = { properties: Object.fromEntries([...FLOATS].map((name) => [name, { type: "number" }])) };
ANYWHERE["additionalProperties"] = ANYWHERE;
