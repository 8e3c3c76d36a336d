import { ownValue } from "../../lib/own-value.ts";
import type { Template } from "../document/definition.ts";
import { splitTemplate } from "../expressions/template.ts";

/** Which personal fields stand where in a piece of data: path (`""` is all of it) to the names of the fields. */
export type Labels = ReadonlyMap<string, ReadonlySet<string>>;

export const NO_LABELS: Labels = new Map();

/** What an expression can see, with the names it has for it. */
export type LabelScope = { language: "jq" | "cel"; input: Labels; context: Labels; output: Labels | null; variables: Readonly<Record<string, Labels>> };

export function mergeLabels(all: readonly Labels[]): Labels {
  const merged = new Map<string, Set<string>>();
  for (const labels of all) for (const [path, names] of labels) merged.set(path, new Set([...(merged.get(path) ?? []), ...names]));
  return merged;
}

export function namesOf(labels: Labels): ReadonlySet<string> {
  return new Set([...labels.values()].flatMap((names) => [...names]));
}

/** What is known of the data under a path. */
export function labelsUnder(labels: Labels, path: string): Labels {
  if (path === "") return labels;
  const under = new Map<string, ReadonlySet<string>>();
  for (const [place, names] of labels) {
    if (place === path || path.startsWith(`${place}.`) || place === "") under.set("", new Set([...(under.get("") ?? []), ...names]));
    else if (place.startsWith(`${path}.`)) under.set(place.slice(path.length + 1), names);
  }
  return under;
}

/** The labels of a template's value; of anything but a plain path the whole value gets all that went in. */
export function labelsOf(template: Template, scope: LabelScope): Labels {
  if (typeof template === "string") {
    const parts = splitTemplate(template);
    const found = parts.flatMap((part) => (part.kind === "expression" ? [labelsOfExpression(part.source, scope)] : []));
    return parts.length === 1 ? (found[0] ?? NO_LABELS) : flat(mergeLabels(found));
  }
  if (typeof template !== "object" || template === null) return NO_LABELS;
  const entries = Object.entries(template).map(([key, value]): Labels => {
    const labels = labelsOf(value, scope);
    if (Array.isArray(template)) return labels;
    return new Map([...labels].map(([path, names]) => [path === "" ? key : `${key}.${path}`, names]));
  });
  return mergeLabels(entries);
}

function flat(labels: Labels): Labels {
  const names = namesOf(labels);
  return names.size === 0 ? NO_LABELS : new Map([["", names]]);
}

type Reference = { root: string | null; path: string };

const CEL_REFERENCE = /(?<![\w.])([A-Za-z_]\w*)((?:\.\??[A-Za-z_]\w*|\[\d+\])*)/g;
const JQ_REFERENCE = /(\$[A-Za-z_]\w*)?((?:\.[A-Za-z_]\w*|\[\d*\])*)(?:\.(?![\w.]))?/g;

/** Every path that the expression mentions; it may be more than it reads, never less. */
function labelsOfExpression(source: string, scope: LabelScope): Labels {
  const references = scope.language === "cel" ? celReferences(source) : jqReferences(source);
  const found = references.map(({ root, path }) => labelsUnder(rootLabels(root, scope), path));
  const isPlainPath = scope.language === "cel" ? /^[\w.?[\]]+$/.test(source) : /^[$\w.[\]]+$/.test(source);
  return isPlainPath ? mergeLabels(found) : flat(mergeLabels(found));
}

function celReferences(source: string): Reference[] {
  const bare = source.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '""');
  return [...bare.matchAll(CEL_REFERENCE)].map(([, root = "", path = ""]) => ({ root, path: cleanPath(path) }));
}

function jqReferences(source: string): Reference[] {
  return [...source.matchAll(JQ_REFERENCE)].flatMap(([all, root, path = ""]) => (all === "" ? [] : [{ root: root?.slice(1) ?? null, path: cleanPath(path) }]));
}

function cleanPath(path: string): string {
  return path.replace(/\[\d*\]/g, "").replaceAll("?", "").replace(/^\./, "");
}

function rootLabels(root: string | null, { input, context, output, variables }: LabelScope): Labels {
  if (root === null) return output ?? input;
  if (root === "input") return input;
  if (root === "context") return context;
  if (root === "output") return output ?? NO_LABELS;
  return ownValue(variables, root) ?? NO_LABELS;
}
