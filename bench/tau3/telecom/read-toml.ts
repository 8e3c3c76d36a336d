import { isRecord } from "../../../src/lib/is-record.ts";

/**
 * The part of TOML that the domain's databases use: tables, arrays of tables, and texts, numbers, truth values and lists on one line.
 * Throws on anything else. Replay: pure.
 */
export function readToml(text: string): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  let table = root;
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const [, isMany, path] = /^\[(\[)?([\w.]+)\]\]?$/.exec(line) ?? [];
    const [, name, value] = /^(\w+)\s*=\s*(.+)$/.exec(line) ?? [];
    if (path !== undefined) table = open(root, path.split("."), isMany !== undefined);
    else if (name !== undefined && value !== undefined) table[name] = JSON.parse(value);
    else throw new Error(`this line of TOML is not understood: ${line}`);
  }
  return root;
}

function open(root: Record<string, unknown>, path: readonly string[], isMany: boolean): Record<string, unknown> {
  let table = root;
  for (const [at, name] of path.entries()) {
    const isLast = at === path.length - 1;
    const found = table[name];
    if (isLast && isMany) {
      const made: Record<string, unknown> = {};
      table[name] = [...(Array.isArray(found) ? found : []), made];
      return made;
    }
    // Of several, what follows belongs to the last.
    const next: unknown = Array.isArray(found) ? found.at(-1) : (found ?? {});
    if (!isRecord(next)) throw new Error(`${name} is no table`);
    if (found === undefined) table[name] = next;
    table = next;
  }
  return table;
}
