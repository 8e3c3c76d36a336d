import { isAbsolute, join, normalize, resolve } from "node:path";
import { z } from "zod";
import { shapeOfZod } from "../../lib/shape.ts";
import { makeTool, type DeclaredCall } from "../declared/make-tool.ts";
import { needsOf } from "../declared/tool-needs.ts";
import { toolRules } from "../declared/tool-rules.ts";
import type { DeclaredTool, ToolSource } from "../declared/tool-source.ts";
import { systemFault } from "../tools.errors.ts";
import { openFolder, type FilesFolder } from "./files-folder.ts";

const { name, purpose, verified, accepts, timeoutMs, retry, rateLimit, notFound } = toolRules.shape;

/** `tools/*.yaml` of kind files: a folder, and three tools that read it. */
const filesDeclaration = z
  .strictObject({
    kind: z.literal("files"),
    name: name.refine((text) => text.length <= 48, "at most 48 characters").describe("What the folder is called: `manuals` makes list_manuals, read_manuals and search_manuals."),
    purpose: purpose.describe("What the files are and when to look into them, for the model."),
    folder: z.string().min(1).describe("From the workspace's folder; or an absolute one that the operator lists in BATON_FILE_FOLDERS."),
    maxReadBytes: z.number().int().min(1_000).max(1_000_000).default(40_000).describe("Of a file, at once; the rest is read from `next` on."),
    maxEntries: z.number().int().min(1).max(2_000).default(200).describe("Entries of a list or a search."),
    verified, accepts, timeoutMs, retry, rateLimit, notFound: notFound.prefault("There is no such file."),
  })
  .superRefine(({ folder }, context) => {
    if (!isAbsolute(folder) && normalize(folder).startsWith("..")) context.addIssue({ code: "custom", path: ["folder"], message: "A folder outside of the workspace is named by its absolute path, and listed by the operator in BATON_FILE_FOLDERS." });
  });
type FilesDeclaration = z.output<typeof filesDeclaration>;

/** Files of a folder as tools; they only read. */
export const filesSource: ToolSource<FilesDeclaration> = {
  kind: "files",
  declaration: filesDeclaration,
  open(declared, place, { fileFolders, log }) {
    const isListed = !isAbsolute(declared.folder) || fileFolders.some((each) => resolve(each) === resolve(declared.folder));
    if (!isListed) log.warn("tools.folder_not_listed", { file: place.file, advice: "Name the folder in BATON_FILE_FOLDERS." });
    const folder = openFolder(isAbsolute(declared.folder) ? declared.folder : join(place.folder, declared.folder));
    const listed = () => {
      if (!isListed) throw systemFault({ message: `The folder of "${declared.name}" lies outside of the workspace: the operator has to name it in BATON_FILE_FOLDERS.` });
      return folder;
    };
    return Promise.resolve({ tools: [listTool(declared, listed), readTool(declared, listed), searchTool(declared, listed)], needs: needsOf({}), [Symbol.asyncDispose]: () => Promise.resolve() });
  },
};

type GetFolder = () => FilesFolder;

const pathArgument = z.string().max(1_000);
const entry = z.object({ path: z.string(), kind: z.enum(["file", "folder"]), bytes: z.number().nullable() });
const entries = z.object({ entries: z.array(entry), isCut: z.boolean() });

function makeFilesTool(declared: FilesDeclaration, verb: string, what: string, call: Omit<DeclaredCall, "system">): DeclaredTool {
  const rules = toolRules.parse({ name: `${verb}_${declared.name}`, purpose: `${what} ${declared.purpose}`.slice(0, 1_000), risk: "read" });
  const { verified: isVerified, accepts: classes, timeoutMs: ms, retry: again, rateLimit: limit, notFound: missing, maxReadBytes } = declared;
  // As JSON a byte may become six characters.
  return makeTool({ ...rules, verified: isVerified, accepts: classes, timeoutMs: ms, retry: again, rateLimit: limit, notFound: missing, maxOutputBytes: 6 * maxReadBytes + 1_000_000 }, { ...call, system: `files:${declared.name}` });
}

function listTool(declared: FilesDeclaration, folder: GetFolder): DeclaredTool {
  const input = z.strictObject({ path: pathArgument.default("").describe("A folder in it; nothing for the whole.") });
  return makeFilesTool(declared, "list", "Lists files and folders:", {
    input: shapeOfZod(input), output: shapeOfZod(entries, "output"),
    async call(given) {
      const found = await folder().list(input.parse(given).path);
      return found === null ? null : { output: { entries: found.slice(0, declared.maxEntries), isCut: found.length > declared.maxEntries } };
    },
  });
}

function searchTool(declared: FilesDeclaration, folder: GetFolder): DeclaredTool {
  const input = z.strictObject({ words: z.string().trim().min(1).max(200).describe("Words that the file's path holds, in any order.") });
  return makeFilesTool(declared, "search", "Finds files by their name:", {
    input: shapeOfZod(input), output: shapeOfZod(entries, "output"),
    async call(given, { signal }) {
      const { found, isCut } = await folder().search(input.parse(given).words.split(/\s+/), declared.maxEntries, signal);
      return { output: { entries: found, isCut } };
    },
  });
}

const text = z.object({ path: z.string(), text: z.string(), bytes: z.number(), next: z.number().nullable() });

function readTool(declared: FilesDeclaration, folder: GetFolder): DeclaredTool {
  const input = z.strictObject({ path: pathArgument.min(1).describe("As list and search give it."), offset: z.number().int().min(0).default(0).describe("Where to go on: what `next` said.") });
  return makeFilesTool(declared, "read", "Reads a text file:", {
    input: shapeOfZod(input), output: shapeOfZod(text, "output"),
    async call(given) {
      const { path, offset } = input.parse(given);
      const part = await folder().read(path, offset, declared.maxReadBytes);
      if (part === null) return null;
      const whole = wholeCharacters(part.bytes, offset + part.bytes.length >= part.size);
      const decoded = decode(whole);
      if (decoded === null) return { refused: "This file is not a text." };
      const end = offset + whole.length;
      return { output: { path, text: decoded, bytes: part.size, next: end < part.size ? end : null } };
    },
  });
}

/** Without the beginning of a character whose end is not there yet. */
function wholeCharacters(bytes: Buffer, isEnd: boolean): Buffer {
  for (let back = 1; !isEnd && back <= Math.min(4, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return bytes;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}

/** UTF-8 without zeros; null: something else. */
function decode(bytes: Buffer): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // Not UTF-8.
    return null;
  }
}
