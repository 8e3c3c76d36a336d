import type { Redactor } from "../../guard/redactor.ts";
import type { SearchIndex } from "../../knowledge/search-index.ts";
import { createTenantIndexes, type TenantIndexes } from "../../knowledge/tenant-index.ts";
import type { Budgets } from "../../models/budgets/budgets.ts";
import { chooseEmbedder } from "../../models/embeddings/choose-embedder.ts";
import type { Embedder } from "../../models/embeddings/embedder.ts";
import { STRICT_RULES } from "../../models/inventory/data-rules.ts";
import { hidePersonal } from "../compose-models.ts";
import { openSearchIndex } from "../open-search-index.ts";
import type { Composing } from "./composing.ts";
import type { Ground } from "./open-ground.ts";

/** What is searched, and how meanings are told. `embedder`: null where the workspace wants words alone. */
export type Search = { index: SearchIndex; indexes: TenantIndexes; embedder: Embedder | null };

/** `budgets` and `redactor`: for an embedder on a server. */
export type SearchGiven = { budgets: Budgets; redactor: Redactor };

/** Throws `config.invalid`, and what choosing the embedder throws. */
export async function openSearch({ config, servers, clock, cleanup }: Composing, ground: Ground, { budgets, redactor }: SearchGiven): Promise<Search> {
  const { database, workspace, toolSecrets } = ground;
  const index = await openSearchIndex(config, servers.databaseUrl, cleanup);
  const indexes = createTenantIndexes({ database, index, clock });
  const readSecret = (name: string) => toolSecrets.read(workspace.tenantId, name);
  const hiding = { rules: workspace.models?.dataRules ?? STRICT_RULES, hide: hidePersonal({ redactor, database }) };
  const embedder = await chooseEmbedder({ workspaceFolder: workspace.folder, readSecret, budgets, hiding }, workspace.embeddings);
  return { index, indexes, embedder };
}
