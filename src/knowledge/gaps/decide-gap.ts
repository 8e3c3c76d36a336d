import { stringify } from "yaml";
import { newId } from "../../lib/ids.ts";
import { sha256 } from "../../lib/sha256.ts";
import { recordInLedger } from "../../observe/ledger.ts";
import type { GapView } from "../../shapes/knowledge-upkeep.ts";
import { articleUnfinished, gapDecided, gapUnknown } from "../knowledge.errors.ts";
import { deleteFile, putFile } from "../sources/source.store.ts";
import { requestSync } from "../sync/request-sync.ts";
import { decide, findGap } from "./gap.store.ts";
import type { LookDeps, UpkeepDeps } from "../upkeep/upkeep-deps.ts";
import { ensureWrittenSource, WRITTEN_SOURCE } from "./written-source.ts";

export type WrittenArticle = { title: string; body: string; audience: readonly string[]; language: string };
type DecideDeps = Omit<UpkeepDeps, Exclude<keyof LookDeps, "database" | "clock" | "log">>;

/** What redaction put in the place of a personal value. */
const PLACEHOLDER = /\[[A-Z]+(?:_[A-Z]+)*_[1-9]\d{0,6}\]/g;

/** Throws `knowledge.gap_unknown`. */
export async function readGap({ database }: Pick<UpkeepDeps, "database">, tenantId: string, id: string): Promise<GapView> {
  const found = await findGap(database, tenantId, id);
  if (found === null) throw gapUnknown();
  const { file: _, ...gap } = found;
  return gap;
}

/**
 * Closes a gap with an article, as a person has read and changed it: a document of the source of written articles, for the audiences
 * the person chose. It is served when that source's sync has taken it, within two seconds.
 *
 * Throws: `knowledge.gap_unknown`, `knowledge.gap_decided`; `knowledge.article_unfinished` where placeholders are left, an audience is
 *   unknown, or there is nothing but blanks.
 */
export async function publishGap(deps: DecideDeps, { tenantId, id, by, article }: { tenantId: string; id: string; by: string; article: WrittenArticle }): Promise<GapView> {
  const gap = await readGap(deps, tenantId, id);
  if (gap.status !== "open") throw gapDecided();
  checkArticle(deps, article);
  await ensureWrittenSource(deps, tenantId, by);
  const at = new Date(deps.clock.nowMs());
  const text = `---\n${stringify({ title: article.title.trim(), audience: [...article.audience], language: article.language })}---\n\n${article.body.trim()}\n`;
  const file = `${newId("gap", at.getTime())}.md`;
  await putFile(deps.database, tenantId, WRITTEN_SOURCE, { name: file, mediaType: "text/markdown", bytes: Buffer.from(text), sha256: sha256(text), by, at });
  const isOurs = await deps.database.transaction(tenantId, async (query) => {
    const isDecided = await decide(query, tenantId, id, { from: ["open"], to: "published", file, by, reason: null, at });
    if (isDecided) await recordInLedger(query, tenantId, [{ kind: "knowledge.gap_published", subjectId: id, actor: by, at, body: { file, sha256: sha256(text), audience: article.audience, questions: gap.questions, people: gap.people } }]);
    return isDecided;
  });
  if (!isOurs) {
    await deleteFile(deps.database, tenantId, WRITTEN_SOURCE, file);
    throw gapDecided();
  }
  await requestSync(deps, { tenantId, sourceId: WRITTEN_SOURCE, by, acceptRemovals: false });
  return readGap(deps, tenantId, id);
}

/** Says that a gap needs no article. Throws `knowledge.gap_unknown`, `knowledge.gap_decided`. */
export async function dismissGap(deps: DecideDeps, { tenantId, id, by, reason }: { tenantId: string; id: string; by: string; reason: string | null }): Promise<GapView> {
  const at = new Date(deps.clock.nowMs());
  await readGap(deps, tenantId, id);
  await deps.database.transaction(tenantId, async (query) => {
    if (!(await decide(query, tenantId, id, { from: ["open"], to: "dismissed", file: null, by, reason, at }))) throw gapDecided();
    await recordInLedger(query, tenantId, [{ kind: "knowledge.gap_dismissed", subjectId: id, actor: by, at, body: { hasReason: reason !== null } }]);
  });
  return readGap(deps, tenantId, id);
}

/** Undoes either: what was published is taken out by the next sync, within two seconds. Throws `knowledge.gap_unknown`. Replay: an open gap stays open. */
export async function reopenGap(deps: DecideDeps, { tenantId, id, by }: { tenantId: string; id: string; by: string }): Promise<GapView> {
  const found = await findGap(deps.database, tenantId, id);
  if (found === null) throw gapUnknown();
  const at = new Date(deps.clock.nowMs());
  await deps.database.transaction(tenantId, async (query) => {
    if (await decide(query, tenantId, id, { from: ["published", "dismissed"], to: "open", file: null, by: null, reason: null, at: null })) {
      await recordInLedger(query, tenantId, [{ kind: "knowledge.gap_reopened", subjectId: id, actor: by, at, body: { was: found.status, file: found.file } }]);
    }
  });
  if (found.file !== null && (await deleteFile(deps.database, tenantId, WRITTEN_SOURCE, found.file))) await requestSync(deps, { tenantId, sourceId: WRITTEN_SOURCE, by, acceptRemovals: false });
  return readGap(deps, tenantId, id);
}

function checkArticle({ audiences }: DecideDeps, article: WrittenArticle): void {
  const left = [...new Set(`${article.title}\n${article.body}`.match(PLACEHOLDER) ?? [])];
  if (left.length > 0) throw articleUnfinished({ message: `Replace what stands for personal values before you publish: ${left.join(", ")}.` });
  if (article.title.trim() === "" || article.body.trim() === "") throw articleUnfinished({ message: "Give the article a title and a text." });
  const unknown = article.audience.filter((audience) => !audiences.includes(audience));
  if (unknown.length > 0) throw articleUnfinished({ message: `There is no audience ${unknown.join(", ")}; there are ${[...audiences].join(", ")}.` });
}
