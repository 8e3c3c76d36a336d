import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import type { Live } from "../../observe/live.ts";
import type { Database } from "../../storage/database.ts";
import type { SourceDeps, SourceKind } from "../sources/source-kind.ts";
import type { MakeDeps } from "./make-document.ts";

/** What every sync uses. `onKnowledgeChanged`: this process looks for the new version at once. */
export type SyncDeps = MakeDeps & {
  database: Database;
  clock: Clock;
  log: Log;
  live: Pick<Live, "publish">;
  kinds: ReadonlyMap<string, SourceKind>;
  open: SourceDeps;
  onKnowledgeChanged(tenantId: string): void;
};

/** Most items one sync takes up. */
export const MAX_ITEMS = 200_000;
