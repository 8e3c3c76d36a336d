import { writeFileSync } from "node:fs";
import { SETTINGS } from "../../src/app/settings.ts";

/** docs/reference/settings.md, made from the list in src/app/settings.ts. */
export function settingsPage(): string {
  const rows = Object.values(SETTINGS).map((setting) => {
    const fallback = setting.schema.safeParse(undefined);
    const shown = fallback.success && fallback.data !== undefined ? `\`${String(fallback.data)}\`` : "";
    return `| \`${setting.env}\` | ${shown} | ${"isSecret" in setting && setting.isSecret ? "secret. " : ""}${setting.doc} |`;
  });
  return ["# Settings", "", "Environment variables; an empty one counts as unset. Made by `node scripts/reference/settings-page.ts` from `src/app/settings.ts`.", "", "| Variable | Default | What it is for |", "|---|---|---|", ...rows, ""].join("\n");
}

if (import.meta.main) writeFileSync("docs/reference/settings.md", settingsPage());
