import { join, resolve } from "node:path";
import type { DurableService } from "../../durable/durable.ts";
import { createBuiltInRedactor } from "../../guard/adapters/built-in-redactor.ts";
import type { Redactor } from "../../guard/redactor.ts";
import { INJECTION_FROM, scanForInjection } from "../../guard/injection.ts";
import { importFolder } from "../../knowledge/import-folder.ts";
import { parseDocument } from "../../knowledge/ingest/parse-document.ts";
import { RECHUNK_SERVICE, rechunkInput, runRechunk } from "../../knowledge/rechunk/run-rechunk.ts";
import { SOURCE_KINDS } from "../../knowledge/sources/adapters/index.ts";
import { declareSources } from "../../knowledge/sources/change-source.ts";
import { declaredSources } from "../../knowledge/sources/sources-file.ts";
import type { ReadRecords } from "../../knowledge/sources/source-kind.ts";
import { SYNC_SERVICE, syncInput } from "../../knowledge/sync/run-sync.ts";
import { runRequestedSync, type RequestSyncDeps } from "../../knowledge/sync/request-sync.ts";
import { runUpkeep, UPKEEP_SERVICE, upkeepInput } from "../../knowledge/upkeep/run-upkeep.ts";
import type { UpkeepDeps } from "../../knowledge/upkeep/upkeep-deps.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Log } from "../../lib/log.ts";
import type { Embedder } from "../../models/embeddings/embedder.ts";
import type { Model } from "../../models/model.ts";
import type { Live } from "../../observe/live.ts";
import { guardAddress, type TargetRule } from "../../outbound/guard-address.ts";
import type { Outbound } from "../../outbound/outbound.ts";
import type { Database } from "../../storage/database.ts";
import type { ToolSecrets } from "../../tools/declared/tool-source.ts";
import type { Workspace } from "../../workspace/workspace.ts";
import { createClaimReader } from "./claim-reader.ts";
import { createImproveDraft } from "./improve-draft.ts";
import { createTalkReader } from "./talk-reader.store.ts";

/** `dataDir`: where copies of repositories are kept. `fileFolders`: folders beside the workspace that sources may read. */
export type ComposeKnowledge = {
  database: Database; clock: Clock; log: Log; live: Pick<Live, "publish">; workspace: Workspace; outbound: Outbound; isAllowed: TargetRule; secrets: ToolSecrets; redactor?: Redactor; readRecords: ReadRecords;
  dataDir: string; fileFolders: readonly string[]; engine: RequestSyncDeps["engine"]; onKnowledgeChanged(tenantId: string): void;
};

/** What syncs use, everywhere: in the engine's handlers, in the routes, in the command line. */
export function composeKnowledge(given: ComposeKnowledge): RequestSyncDeps {
  const { database, clock, log, live, workspace, outbound, engine, onKnowledgeChanged, redactor = createBuiltInRedactor() } = given;
  return {
    database, clock, log, live, engine, kinds: SOURCE_KINDS, parse: (file) => parseDocument(file), chunks: workspace.knowledgeSources.chunks, findInstructions, onKnowledgeChanged,
    open: {
      database, clock, log, outbound, guardAddress: (target) => guardAddress(given.isAllowed, target), readSecret: (tenantId, name) => given.secrets.read(tenantId, name), readRecords: given.readRecords,
      folders: [workspace.folder, ...given.fileFolders], cacheFolder: join(resolve(given.dataDir), "knowledge"),
      redact: (text, names) => redactor.redact({ text, known: [], names }).text,
    },
  };
}

/** What stands in a document and reads like orders to an AI. */
function findInstructions(text: string): string[] {
  const { score, reasons } = scanForInjection(text);
  return score >= INJECTION_FROM ? reasons : [];
}

/** The workspace's own folder is synced before the doors open, so that its articles answer the first question; declared sources follow. */
export async function openWorkspaceKnowledge(deps: RequestSyncDeps, workspace: Workspace): Promise<void> {
  const { tenantId, knowledgeFolder, knowledgeSources } = workspace;
  if (knowledgeFolder === null) return;
  await declareSources(deps, { tenantId, sources: declaredSources(knowledgeSources) });
  const { failed, held } = await importFolder(deps, { tenantId, folder: knowledgeFolder, defaults: knowledgeSources.folder });
  for (const { path, reason } of failed) deps.log.warn("knowledge.document_failed", { path, reason });
  if (held !== null) deps.log.warn("knowledge.removals_held", { reason: held });
}

/** What the upkeep uses beside what syncs use. */
export function composeUpkeep(knowledge: RequestSyncDeps, given: { workspace: Pick<Workspace, "audiences">; redactor: Redactor; embedder: Embedder | null; model: Model | null; search: UpkeepDeps["search"] }): UpkeepDeps {
  const { database, log } = knowledge;
  return {
    ...knowledge, talks: createTalkReader(database), claims: createClaimReader(), redact: (text, names) => given.redactor.redact({ text, known: [], names }).text,
    embedder: given.embedder, improve: given.model === null ? null : createImproveDraft({ model: given.model, log }), audiences: given.workspace.audiences, search: given.search,
  };
}

/** The handlers of syncs, of cutting anew and of the upkeep. `own` refuses another tenant's work. */
export function knowledgeServices(deps: RequestSyncDeps, upkeep: UpkeepDeps, own: <Input extends { tenantId: string }>(input: Input) => Input): DurableService[] {
  return [
    { name: SYNC_SERVICE, isKeyed: true, handlers: { run: (durable, input) => runRequestedSync(deps, durable, own(syncInput.parse(input))) } },
    { name: RECHUNK_SERVICE, isKeyed: true, handlers: { run: (durable, input) => runRechunk(deps, durable, own(rechunkInput.parse(input))) } },
    { name: UPKEEP_SERVICE, isKeyed: true, handlers: { run: (durable, input) => runUpkeep(upkeep, durable, own(upkeepInput.parse(input))) } },
  ];
}
