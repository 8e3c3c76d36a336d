import { startTestServers } from "../test/servers.ts";

/** One pair of servers (PostgreSQL, Restate) of the tests' kind, by their addresses. `databaseUrl` is the owner's. */
export type BenchServers = AsyncDisposable & { ingress: string; admin: string; databaseUrl: string };

export async function startBenchServers(): Promise<BenchServers> {
  const servers = await startTestServers();
  const of = (name: string) => servers.env[name] ?? "";
  return {
    ingress: of("BATON_TEST_RESTATE_INGRESS_URL"), admin: of("BATON_TEST_RESTATE_ADMIN_URL"), databaseUrl: of("BATON_TEST_OWNER_URL"),
    [Symbol.asyncDispose]: () => Promise.resolve(servers[Symbol.asyncDispose]()),
  };
}
