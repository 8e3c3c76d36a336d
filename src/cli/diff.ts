import { workflowKey } from "../workflows/verify/environment.ts";
import { diffWorkflows } from "../workflows/versions/diff-workflows.ts";
import { findVersionText, listPublishes, type Member } from "../workflows/versions/version.store.ts";
import { publishUnknown, versionUnknown } from "../workflows/versions/versions.errors.ts";
import type { Database } from "../storage/database.ts";
import { openStore } from "./open-store.ts";
import { toStdout } from "./to-stdout.ts";

/** `diff A B`: two publishes by number, or two versions by the beginning of their hash. Exit code 1 when they differ. */
export async function diffCommand([before, after]: readonly string[], write = toStdout): Promise<number> {
  if (before === undefined || after === undefined) {
    process.stderr.write("Name two publishes (baton diff 3 4) or two versions (baton diff 1a2b3c4d 5e6f7a8b).\n");
    return 2;
  }
  await using store = await openStore();
  const isNumbers = /^\d{1,6}$/.test(before) && /^\d{1,6}$/.test(after);
  const pairs = isNumbers ? await pairsOf(store.database, store.tenantId, Number(before), Number(after)) : [{ name: null, before, after }];
  let count = 0;
  for (const pair of pairs) {
    const changes = diffWorkflows(await textOf(store.database, store.tenantId, pair.before), await textOf(store.database, store.tenantId, pair.after));
    if (changes.length === 0) continue;
    count += changes.length;
    if (pair.name !== null) write(`${pair.name}\n`);
    for (const change of changes) write(`  ${MARKS[change.kind]} ${change.text}  (${change.pointer === "" ? "/" : change.pointer})\n`);
  }
  if (count === 0) write("No differences.\n");
  return count === 0 ? 0 : 1;
}

const MARKS = { added: "+", removed: "-", changed: "~", moved: ">" };

type Pair = { name: string | null; before: string | null; after: string | null };

async function pairsOf(database: Database, tenantId: string, before: number, after: number): Promise<Pair[]> {
  const publishes = await listPublishes(database, tenantId, 1_000);
  const membersOf = (number: number): Member[] => {
    const found = publishes.find((each) => each.number === number);
    if (found === undefined) throw publishUnknown({ message: `There is no publish ${number}.` });
    return found.members;
  };
  const old = new Map(membersOf(before).map((member) => [workflowKey(member), member.hash]));
  const now = new Map(membersOf(after).map((member) => [workflowKey(member), member.hash]));
  return [...new Set([...old.keys(), ...now.keys()])].sort().filter((name) => old.get(name) !== now.get(name)).map((name) => ({ name, before: old.get(name) ?? null, after: now.get(name) ?? null }));
}

async function textOf(database: Database, tenantId: string, hash: string | null): Promise<string | null> {
  if (hash === null) return null;
  const found = await findVersionText(database, tenantId, hash);
  if (found === null) throw versionUnknown({ message: `There is no version ${hash}.` });
  return found.text;
}
