import type { SearchIndex } from "../../knowledge/search-index.ts";
import { createTenantIndexes, type TenantIndexes } from "../../knowledge/tenant-index.ts";
import { chooseEmbedder } from "../../models/embeddings/choose-embedder.ts";
import type { Embedder } from "../../models/embeddings/embedder.ts";
import { openSearchIndex } from "../open-search-index.ts";
import type { Composing } from "./composing.ts";
import type { Ground } from "./open-ground.ts";

/** What is searched, and how meanings are told. `embedder`: null where the workspace wants words alone. */
export type Search = { index: SearchIndex; indexes: TenantIndexes; embedder: Embedder | null };

/** Throws `config.invalid`, and what choosing the embedder throws. */
export async function openSearch({ config, servers, clock, cleanup }: Composing, ground: Ground): Promise<Search> {
  const { database, workspace, toolSecrets } = ground;
  const index = await openSearchIndex(config, servers.databaseUrl, cleanup);
  const indexes = createTenantIndexes({ database, index, clock });
  const readSecret = (name: string) => toolSecrets.read(workspace.tenantId, name);
  const embedder = await chooseEmbedder({ workspaceFolder: workspace.folder, readSecret }, workspace.embeddings);
  return { index, indexes, embedder };
}
