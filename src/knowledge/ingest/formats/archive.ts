import { basename } from "node:path";
import { openZip } from "../open-zip.ts";
import type { ReadDocument, Reading } from "../reading.ts";

const LEFT_OUT = /(^|\/)(__MACOSX|\.git|node_modules)\/|(^|\/)\.[^/]+$/;

/** A ZIP archive as one document: each file it holds under a heading with its path. What cannot be read is named in a warning. */
export async function readArchive(bytes: Uint8Array, reading: Reading): Promise<ReadDocument> {
  const files = openZip(bytes, reading.budget, (path) => !LEFT_OUT.test(path));
  const parts: string[] = [];
  for (const [path, content] of [...files].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const read = await reading.readInner({ bytes: content, name: basename(path) });
    if (read.kind === "ok") parts.push(`# ${path}\n\n${read.document.body}`);
    else reading.warn("part_refused", `${path} was left out (${read.code}): ${read.reason}`);
  }
  return { title: null, body: parts.join("\n\n") };
}
