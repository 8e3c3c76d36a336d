import { join } from "node:path";
import { sha256 } from "../../src/lib/sha256.ts";
import { goldTask, readJsonLines, readText, type Domain, type GoldTask } from "./data-set.ts";
import { withDefaults } from "./json-schema.ts";
import { toPythonJson } from "./python-json.ts";
import { toState, type State } from "./record.store.ts";

/** A domain's database as the reference implementation holds it, and how it hashes one. */
export type DomainData = { state: State; hashOf(state: State): string; tasks: GoldTask[] };

export async function readDomain(folder: string, domain: Domain, gold: string): Promise<DomainData> {
  const path = join(folder, "tau3", domain);
  const schema: unknown = JSON.parse(await readText(path, "db.schema.json"));
  return {
    state: toState(withDefaults(JSON.parse(await readText(path, "db.json.gz")), schema, schema)),
    hashOf: (state) => sha256(toPythonJson(state, schema, schema)),
    tasks: await readJsonLines(goldTask, path, gold),
  };
}
