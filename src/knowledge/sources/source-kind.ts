import type { z } from "zod";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import type { Outbound } from "../../outbound/outbound.ts";
import type { Database } from "../../storage/database.ts";

/**
 * One thing a source holds. `item`: its lasting name in the source (a path, an address, a key). `fingerprint`: changes when the
 * content may have; null: the source does not say, so it is taken every time. `details`: what `fetch` needs, small, survives JSON.
 * `leadsOn`: further items may be found in it only, so that nothing counts as gone in a sync that cannot read it.
 */
export type SourceItem = { item: string; fingerprint: string | null; uri: string | null; details?: Readonly<Record<string, string | number>>; leadsOn?: boolean };

/** What a source has beyond what it lists, at a limit; `reason` in words for people. Nothing behind it counts as gone. */
export type LeftOut = { item: string; uri: string | null; reason: string };

export type SourcePage = { items: SourceItem[]; /** Hand it back for the next page; null on the last. */ next: string | null; leftOut?: LeftOut };

/** What an item holds: a file as it is, or a record whose body is Markdown (or HTML). `redact`: what is stored of its texts, made of them as they are read. */
export type SourceContent =
  | { kind: "file"; bytes: Uint8Array; name: string; mediaType: string | null; updatedAt: string | null }
  | { kind: "record"; title: string; body: string; isHtml: boolean; language: string | null; updatedAt: string | null; product: string | null; brand: string | null; redact?: (text: string) => string };

/**
 * `found`: further items that this one leads to (links). `moved`: it stands elsewhere in the same source. `fingerprint` is that of
 * what was given, which may have changed since it was listed. `refused`: it cannot be taken, `reason` in words for people.
 */
export type Fetched =
  | { kind: "taken"; content: SourceContent; fingerprint: string | null; found?: SourceItem[] }
  | { kind: "moved"; to: SourceItem }
  | { kind: "left_out"; found: SourceItem[] }
  | { kind: "gone" }
  | { kind: "refused"; code: string; reason: string };

/**
 * A source that is being read.
 *
 * Promises: `list` gives every item, in pages; the same cursor gives the same page as long as the source stands still. `fetch` reads
 * one item; what is wrong with this one only is `refused`. Both heed `signal`.
 * Throws: `knowledge.source_away` (the source does not answer; the sync ends and the next one tries again), `knowledge.source_invalid`
 * (settings that cannot work). Replay: reads only.
 */
export type OpenedSource = AsyncDisposable & {
  /** Most items a sync takes up, where the source sets a limit of its own. */
  readonly maxItems?: number;
  list(cursor: string | null, signal: AbortSignal): Promise<SourcePage>;
  fetch(item: SourceItem, signal: AbortSignal): Promise<Fetched>;
};

/** Records out of a business system, by one of the workspace's tools that read. Throws `knowledge.source_away`, `knowledge.source_invalid`. */
export type ReadRecords = (input: { tenantId: string; tool: string; arguments: Record<string, unknown> }, signal: AbortSignal) => Promise<{ records: Record<string, unknown>[]; isCut: boolean }>;

/** What kinds of sources are opened with. */
export type SourceDeps = {
  database: Database;
  clock: Clock;
  log: Log;
  outbound: Outbound;
  /** For what connects by itself. Throws `outbound.authorization` for a private address that the operator did not list. */
  guardAddress(target: { host: string; port: number; address: string }): void;
  /** Throws when there is no such secret, naming it. */
  readSecret(tenantId: string, name: string): Promise<string>;
  /** Folders that sources may read: first the workspace's, where relative ones begin, then those the operator lists. */
  folders: readonly string[];
  /** Copies of what is read over the network, made anew at any time. */
  cacheFolder: string;
  readRecords: ReadRecords;
  /** Takes personal values out of a text before it is stored; `names`: of the people it is about. */
  redact(text: string, names: readonly string[]): string;
};

/**
 * A kind of source: one file here, one line in `adapters/index.ts`.
 * `removals`: whether what is missing may be many at once (`deliberate`: a person took each away).
 */
export type SourceKind<Settings = unknown> = {
  readonly kind: string;
  /** Items taken side by side. */
  readonly concurrency: number;
  readonly removals: "guarded" | "deliberate";
  readonly settings: z.ZodType<Settings>;
  open(input: { tenantId: string; sourceId: string; settings: Settings }, deps: SourceDeps): Promise<OpenedSource>;
  /** Takes away what this machine keeps of a source that is no more. What others keep is theirs to clear in time. */
  forget?(input: { tenantId: string; sourceId: string; settings: Settings }, deps: Pick<SourceDeps, "cacheFolder">): Promise<void>;
};

/** A kind whose settings are checked where it is opened, so that kinds of all settings stand in one list. */
export function defineSourceKind<Settings>(kind: SourceKind<Settings>): SourceKind {
  const { forget, ...rest } = kind;
  const checked = <Input extends { settings: unknown }>(input: Input) => ({ ...input, settings: kind.settings.parse(input.settings) });
  return { ...rest, open: (input, deps) => kind.open(checked(input), deps), ...(forget && { forget: async (input, deps) => forget(checked(input), deps) }) };
}
