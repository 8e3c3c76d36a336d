import { listPublishes, listVersions } from "../workflows/versions/version.store.ts";
import { openStore } from "./open-store.ts";
import { toStdout } from "./to-stdout.ts";

/** `versions [NAME]`: what was published, newest first; with a name, that workflow's versions. */
export async function versionsCommand([name]: readonly string[], write = toStdout): Promise<number> {
  await using store = await openStore();
  if (name === undefined) {
    const publishes = await listPublishes(store.database, store.tenantId, 50);
    for (const each of publishes) write(`${each.is_active ? "*" : " "} ${String(each.number).padStart(4)}  ${each.published_at}  ${each.published_by}${each.knowledge_snapshot === null ? "" : `  knowledge ${each.knowledge_snapshot}`}${each.note === null ? "" : `  ${each.note}`}\n         ${each.members.map((member) => `${member.name} ${member.version} (${member.hash.slice(0, 12)})`).join(", ")}\n`);
    if (publishes.length === 0) write("Nothing has been published yet.\n");
    return 0;
  }
  const versions = await listVersions(store.database, store.tenantId, { name });
  for (const each of versions) write(`${each.is_active ? "*" : " "} ${each.hash.slice(0, 12)}  ${each.version}  ${each.published_at}  ${each.published_by}\n`);
  if (versions.length > 0) return 0;
  write(`There is no workflow "${name}".\n`);
  return 1;
}
