import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { didYouMean } from "../../lib/did-you-mean.ts";
import { listArticles } from "../../knowledge/import-folder.ts";
import { parseArticle } from "../../knowledge/parse-article.ts";
import type { Finding } from "../../workflows/verify/finding.ts";
import { placeIn, toFinding } from "./findings.ts";

/** Every article of `knowledge/`, read as an import reads it. A folder that is not there holds none. */
export async function readKnowledge(root: string, audiences: readonly string[] | null): Promise<{ count: number; findings: Finding[] }> {
  const folder = join(root, "knowledge");
  const paths = await listArticles(folder).catch((error: unknown) => {
    if (error instanceof Error && error.cause instanceof Error && "code" in error.cause && error.cause.code === "ENOENT") return [];
    throw error;
  });
  const findings: Finding[] = [];
  for (const path of paths) findings.push(...checkArticle(`knowledge/${path}`, await readFile(join(folder, path)), audiences));
  return { count: paths.length, findings };
}

function checkArticle(file: string, bytes: Buffer, audiences: readonly string[] | null): Finding[] {
  const read = parseArticle(bytes);
  const text = bytes.toString("utf8");
  if (read.kind === "failed") {
    const [, member = ""] = /^front matter: (\w+)/.exec(read.reason) ?? [];
    return [toFinding({ rule: "article", file, ...placeIn(text, new RegExp(`^${member}(?=\\s*:)`, "m")), message: `This article cannot be taken: ${read.reason}.`, advice: "Until it is mended nobody is answered from it." })];
  }
  const unknown = audiences === null ? [] : read.article.audience.filter((name) => !audiences.includes(name));
  return unknown.map((name) => toFinding({ rule: "unknown-reference", severity: "warning", file, ...placeIn(text, /^audience(?=\s*:)/m), message: `There is no audience "${name}", so nobody is shown this article.${didYouMean(name, audiences ?? [])}`, advice: "Use an audience of baton.yaml, or add this one there." }));
}
