import type { Log } from "../../../lib/log.ts";
import type { ToolSecrets } from "../../declared/tool-source.ts";
import { systemFault } from "../../tools.errors.ts";
import { openPostgresql } from "./sql-postgresql.ts";
import type { SqlDialect } from "./sql-query.ts";
import type { SqlSystem } from "./sql-system.ts";

const CONNECT_MS = 5_000;
const SCHEMES: Record<SqlDialect, readonly string[]> = { postgresql: ["postgresql:", "postgres:"], mariadb: ["mariadb:", "mysql:"], mysql: ["mysql:"] };

/**
 * The database behind a secret: opened at the first call, opened anew when the secret has changed.
 * Throws `tools.secret_missing`, and `tools.system_fault` when the secret is no such URL.
 */
export type SqlConnection = { system(): Promise<SqlSystem>; close(): Promise<void> };

export function createSqlConnection(options: { dialect: SqlDialect; secret: string; tenantId: string; connections: number; secrets: ToolSecrets; log: Log }): SqlConnection {
  let opened: { url: string; system: Promise<SqlSystem> } | null = null;
  const closing: Promise<void>[] = [];
  return {
    async system() {
      const url = await options.secrets.read(options.tenantId, options.secret);
      if (opened?.url === url) return opened.system;
      const system = open(options, url);
      // Calls under way keep their connections until they give them back.
      if (opened !== null) closing.push(closeOnce(opened.system));
      opened = { url, system };
      return system;
    },
    async close() {
      await Promise.all([...closing, opened === null ? null : closeOnce(opened.system)]);
      opened = null;
    },
  };
}

/** What could not be opened has told so to whoever called. */
function closeOnce(system: Promise<SqlSystem>): Promise<void> {
  return system.then((opened) => opened.close(), () => {});
}

async function open({ dialect, secret, connections, log }: { dialect: SqlDialect; secret: string; connections: number; log: Log }, text: string): Promise<SqlSystem> {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !SCHEMES[dialect].includes(url.protocol)) throw systemFault({ message: `The secret "${secret}" is no URL of a ${dialect} database, such as ${SCHEMES[dialect][0] ?? ""}//user:password@host/name.` });
  if (dialect === "postgresql") return openPostgresql(url, { connections, connectMs: CONNECT_MS, log });
  // The driver takes a tenth of a second to load.
  const { openMysql } = await import("./sql-mysql.ts");
  return openMysql(url, { connections, connectMs: CONNECT_MS, dialect });
}
