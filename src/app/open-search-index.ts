import { createEmbeddedIndex } from "../knowledge/adapters/embedded.ts";
import { createPgvectorIndex, openPgvector } from "../knowledge/adapters/pgvector.ts";
import type { SearchIndex } from "../knowledge/search-index.ts";
import { messageOf } from "../lib/app-error.ts";
import { configInvalid } from "./app.errors.ts";
import type { Config } from "./settings.ts";

/** Opens the index that the settings name; `cleanup` closes it. Throws `config.invalid` when the database has no pgvector. */
export async function openSearchIndex(config: Pick<Config, "searchIndex" | "searchMemoryMb" | "searchThreads" | "databaseConnections">, databaseUrl: string, cleanup: AsyncDisposableStack): Promise<SearchIndex> {
  if (config.searchIndex === "embedded") return cleanup.adopt(createEmbeddedIndex({ threads: config.searchThreads, memoryBytes: config.searchMemoryMb * 2 ** 20 }), (opened) => opened.close());
  const connection = cleanup.adopt(openPgvector(databaseUrl, config.databaseConnections), (opened) => opened.close());
  try {
    return await createPgvectorIndex(connection);
  } catch (error) {
    throw configInvalid({ message: `BATON_SEARCH_INDEX=pgvector needs the extension "vector" (0.8 or newer) in the database, and the right to create it and a schema: ${messageOf(error)}`, cause: error });
  }
}
