import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import type { Embedder } from "../../models/embeddings/embedder.ts";
import type { Database } from "../../storage/database.ts";
import type { RequestSyncDeps } from "../sync/request-sync.ts";
import type { RetrieveDeps } from "../retrieve.ts";
import type { DraftInput, GapDraft } from "../gaps/draft-article.ts";
import type { TalkReader } from "./talk.ts";

/**
 * What texts claim; given from above, where replies are held against evidence. All pure.
 *
 * `contradiction`: the sentence of `other` that says the opposite, or another figure for the same thing; null for none.
 * `dates`: full days (`YYYY-MM-DD`) that a text names. `isEmpty`: greetings, thanks, questions, words about the conversation itself.
 */
export type ClaimReader = { contradiction(sentence: string, other: string): string | null; dates(text: string): string[]; isEmpty(sentence: string): boolean };

/** Makes a draft read well, by a model that sees redacted texts only; null when it cannot. Called inside a step. */
export type ImproveDraft = (tenantId: string, input: DraftInput, draft: GapDraft, signal: AbortSignal) => Promise<GapDraft | null>;

/** What a look at the knowledge uses. */
export type LookDeps = {
  database: Database;
  clock: Clock;
  log: Log;
  talks: TalkReader;
  claims: ClaimReader;
  /** Takes personal values out; `names` are known ones. */
  redact(text: string, names: readonly string[]): string;
  /** Sees redacted questions only. */
  embedder: Embedder | null;
  improve: ImproveDraft | null;
  search: Pick<RetrieveDeps, "index" | "indexes">;
};

/** `audiences`: every one that an article may be for. */
export type UpkeepDeps = LookDeps & RequestSyncDeps & { audiences: readonly string[] };
