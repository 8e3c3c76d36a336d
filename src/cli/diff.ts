import { parseArgs } from "node:util";
import { workflowKey } from "../workflows/verify/environment.ts";
import { diffWorkflows } from "../workflows/versions/diff-workflows.ts";
import { findVersionTexts, listPublishes, type Member } from "../workflows/versions/version.store.ts";
import { publishUnknown, versionUnknown } from "../workflows/versions/versions.errors.ts";
import type { Database } from "../storage/database.ts";
import { advise } from "./advise.ts";
import { openStore } from "./open-store.ts";
import { toStdout } from "./to-stdout.ts";

const EXAMPLES = "two publishes by their numbers (baton diff 3 4), or two versions by the beginnings of their hashes (baton diff 1a2b3c4d 5e6f7a8b)";
const LISTS = "`baton versions` lists the publishes, `baton versions NAME` the hashes of a workflow's versions.";

/** `diff A B`: two publishes by number, or two versions by the beginning of their hash. Exit code 1 when they differ. */
export async function diffCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { positionals: [before, after, ...more] } = parseArgs({ args: [...args], allowPositionals: true });
  if (before === undefined || after === undefined || more.length > 0) return advise(`Name ${EXAMPLES}, the older one first.\n${LISTS}`);
  for (const each of [before, after]) if (!isNumber(each) && !isHash(each)) return advise(`"${each}" is neither the number of a publish nor the beginning of a hash (8 to 64 of 0-9 and a-f). Name ${EXAMPLES}.\n${LISTS}`);
  if (isNumber(before) !== isNumber(after)) return advise(`"${before}" and "${after}" are not of one kind. Name ${EXAMPLES}.\n${LISTS}`);
  await using store = await openStore();
  const pairs = isNumber(before) ? await pairsOf(store.database, store.tenantId, Number(before), Number(after)) : [{ name: null, before, after }];
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

function isNumber(text: string): boolean {
  return /^\d{1,6}$/.test(text);
}

function isHash(text: string): boolean {
  return /^[0-9a-f]{8,64}$/.test(text);
}

const MARKS = { added: "+", removed: "-", changed: "~", moved: ">" };

type Pair = { name: string | null; before: string | null; after: string | null };

async function pairsOf(database: Database, tenantId: string, before: number, after: number): Promise<Pair[]> {
  const publishes = await listPublishes(database, tenantId, 1_000);
  const membersOf = (number: number): Member[] => {
    const found = publishes.find((each) => each.number === number);
    if (found === undefined) throw publishUnknown({ message: publishes.length === 0 ? "Nothing has been published yet, so there is nothing to compare." : `There is no publish ${number}: there are ${publishes.at(-1)?.number ?? 1} to ${publishes[0]?.number ?? 1}.\n${LISTS}` });
    return found.members;
  };
  const old = new Map(membersOf(before).map((member) => [workflowKey(member), member.hash]));
  const now = new Map(membersOf(after).map((member) => [workflowKey(member), member.hash]));
  return [...new Set([...old.keys(), ...now.keys()])].sort().filter((name) => old.get(name) !== now.get(name)).map((name) => ({ name, before: old.get(name) ?? null, after: now.get(name) ?? null }));
}

async function textOf(database: Database, tenantId: string, hash: string | null): Promise<string | null> {
  if (hash === null) return null;
  const [found, other] = await findVersionTexts(database, tenantId, hash);
  if (found === undefined) throw versionUnknown({ message: `No version's hash begins with ${hash}.\n${LISTS}` });
  if (other !== undefined) throw versionUnknown({ message: `Several hashes begin with ${hash}: write more of it.\n${LISTS}` });
  return found.text;
}
