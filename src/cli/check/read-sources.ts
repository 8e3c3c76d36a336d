import { stat } from "node:fs/promises";
import { join } from "node:path";
import { folderFault, settingsSchemaOf, SOURCE_KIND_NAMES } from "../../app/knowledge/check-sources.ts";
import { scheduleFault } from "../../knowledge/sources/change-source.ts";
import { sourcesFile, type SourcesFile } from "../../knowledge/sources/sources-file.ts";
import { didYouMean } from "../../lib/did-you-mean.ts";
import { isRecord } from "../../lib/is-record.ts";
import type { Tool } from "../../tools/tool.ts";
import type { Finding } from "../../workflows/verify/finding.ts";
import { faultsOfShape } from "../../workspace/read-declaration.ts";
import { readSettingsFile, type SettingsFile } from "./read-settings.ts";

const FILE = "knowledge/sources.yaml";
const GUIDE = "docs/guides/knowledge.md";
const ADVICE = `Correct it; ${GUIDE} says what this kind of source takes.`;

type Declared = SourcesFile["sources"][number];

/** `knowledge/sources.yaml` with the settings of each kind. A name of null: what there is could not be read, so nothing is looked up. */
export async function readSourcesFile(root: string, known: { tools: ReadonlyMap<string, Tool> | null; audiences: readonly string[] | null }): Promise<Finding[]> {
  const isThere = await stat(join(root, FILE)).then((found) => found.isFile(), () => false);
  if (!isThere) return [];
  const file = await readSettingsFile(root, FILE, "source", sourcesFile, GUIDE);
  if (file.data === null) return file.findings;
  const unknown = (path: (string | number)[], audience: readonly string[]) => (known.audiences === null ? [] : audience.flatMap((name, at) => (known.audiences?.includes(name) === false ? [unknownAudience(file, [...path, "audience", at], name, known.audiences)] : [])));
  const folders = await Promise.all(file.data.sources.map(async ({ kind, settings }, place) => {
    const wrong = await folderFault(kind, settings["folder"], root);
    return wrong === null ? [] : [file.at(["sources", place, "settings", "folder"], wrong, "Make it, or correct its name: a relative folder begins at the workspace's.")];
  }));
  return [...unknown(["folder"], file.data.folder.audience), ...folders.flat(), ...file.data.sources.flatMap((source, place) => [...unknown(["sources", place], source.audience), ...checkSource(file, ["sources", place], source, known.tools)])];
}

function unknownAudience(file: SettingsFile<SourcesFile>, path: (string | number)[], name: string, audiences: readonly string[]): Finding {
  return { ...file.at(path, `There is no audience "${name}", so nobody is shown these documents.${didYouMean(name, audiences)}`, "Use an audience of baton.yaml, or add this one there."), rule: "unknown-reference", severity: "warning" };
}

function checkSource(file: SettingsFile<SourcesFile>, path: (string | number)[], { kind, settings, schedule }: Declared, tools: ReadonlyMap<string, Tool> | null): Finding[] {
  const schema = settingsSchemaOf(kind);
  if (schema === null) return [file.at([...path, "kind"], `There is no kind of source "${kind}".${didYouMean(kind, SOURCE_KIND_NAMES)}`, `Write one of: ${SOURCE_KIND_NAMES.join(", ")}.`)];
  const wrong = schedule === undefined ? null : scheduleFault(schedule);
  const read = schema.safeParse(settings);
  const faults = read.success ? [] : faultsOfShape(schema, read.error).map((fault) => file.at([...path, "settings", ...fault.path], fault.message, ADVICE));
  return [...(wrong === null ? [] : [file.at([...path, "schedule"], wrong, "Correct it at this place.")]), ...faults, ...(tools === null ? [] : checkTools(file, [...path, "settings"], settings, tools))];
}

/** Tools that a source of records names: there, and only reading. */
function checkTools(file: SettingsFile<SourcesFile>, path: (string | number)[], settings: Record<string, unknown>, tools: ReadonlyMap<string, Tool>): Finding[] {
  const named: [(string | number)[], unknown][] = [[[...path, "tool"], settings["tool"]], [[...path, "each", "tool"], isRecord(settings["each"]) ? settings["each"]["tool"] : undefined]];
  return named.flatMap(([at, name]) => {
    if (typeof name !== "string") return [];
    const tool = tools.get(name);
    if (tool === undefined) return [{ ...file.at(at, `There is no tool "${name}".${didYouMean(name, [...tools.keys()])}`, "Name one that is in tools/, or add it there."), rule: "unknown-reference" }];
    if (tool.risk !== "read") return [file.at(at, `The tool "${name}" changes something; a source takes tools that only read.`, "Name a tool of risk read.")];
    return tool.needsVerifiedContact || Object.keys(tool.bound).length > 0 ? [file.at(at, `The tool "${name}" is about one contact (verified, bind); a source takes tools that are not.`, "Name a tool that is about nobody in particular.")] : [];
  });
}
