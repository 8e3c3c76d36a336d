import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";

export type Domain = "retail" | "airline" | "telecom" | "banking_knowledge";

/** The folder of the data sets; null where they are absent. Source: sierra-research/tau2-bench and tau-bench (MIT). */
export function findDataSets(): string | null {
  const folder = resolve(process.env["BATON_DATA_SETS"] ?? "../shared/data");
  return existsSync(join(folder, "tau3", "retail", "db.json.gz")) ? folder : null;
}

export async function readText(...path: string[]): Promise<string> {
  const bytes = await readFile(join(...path));
  return (path.at(-1)?.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

export async function readJsonLines<Schema extends z.ZodType>(schema: Schema, ...path: string[]): Promise<z.output<Schema>[]> {
  return (await readText(...path)).split("\n").filter((line) => line !== "").map((line) => schema.parse(JSON.parse(line)));
}

const change = z.object({ path: z.string(), op: z.enum(["add", "remove", "replace"]), before: z.unknown().optional(), after: z.unknown().optional() });
const call = z.object({ requestor: z.enum(["assistant", "user"]).default("assistant"), name: z.string(), arguments: z.record(z.string(), z.unknown()), result: z.string().nullable(), error: z.string().optional() });

/** A task's reference actions with the exact answers of the reference implementation, and what they change in the end. */
export const goldTask = z.object({ task_id: z.string(), gold_db_sha256: z.string().optional(), db_diff: z.array(change), calls: z.array(call), user_id: z.string().optional(), gold_user_db_sha256: z.string().optional(), user_db_diff: z.array(change).optional() });

export type GoldTask = z.output<typeof goldTask>;
export type GoldCall = GoldTask["calls"][number];
/** One place of the state that is not as it was. `before` is undefined for what was added, `after` for what was removed. */
export type Change = z.output<typeof change>;
