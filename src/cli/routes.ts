import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { takeInGrades } from "../app/take-in-grades.ts";
import { ensureTenant } from "../identity/identity.store.ts";
import { systemClock } from "../lib/clock.ts";
import { countGrades } from "../models/routing/grade.store.ts";
import { routableModels } from "../models/routing/routable-models.ts";
import { listRouters, readActiveRouter, readRouter } from "../models/routing/router.store.ts";
import { trainRouter } from "../models/routing/train-router.ts";
import { rollBackRouter, useRouter } from "../models/routing/use-router.ts";
import { advise } from "./advise.ts";
import { openStore, type OpenStore } from "./open-store.ts";
import { reportText } from "./routes-text.ts";
import { toStdout } from "./to-stdout.ts";

type Write = (text: string) => void;
type Options = { workspace?: string | undefined; floor: string; use: boolean; json: boolean };
const BY = "cli";
const FOLLOWS = "A running Baton follows within two seconds.\n";

/** A command on the workspace's routers: `least` to `most` words after it. */
function onRoutes(usage: string, [least, most]: readonly [number, number], work: (store: OpenStore, words: readonly string[], options: Options, write: Write) => Promise<number>): (args: readonly string[], write?: Write) => Promise<number> {
  return async (args, write = toStdout) => {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { workspace: { type: "string" }, floor: { type: "string", default: "98" }, use: { type: "boolean", default: false }, json: { type: "boolean", default: false } } });
    if (positionals.length < least || positionals.length > most) return advise(`Usage: baton ${usage}`);
    await using store = await openStore(values.workspace);
    await ensureTenant(store.database, store.tenantId, store.workspace.tenantName);
    // Awaited here: the store is closed when this function ends.
    return await work(store, positionals, values, write);
  };
}

/** `routes [NUMBER]`: the table of the router in use, or of one by its number, and what routers there are. */
export const routesCommand = onRoutes("routes [NUMBER] [--json]", [0, 1], async ({ database, tenantId }, [given], { json }, write) => {
  const active = await readActiveRouter(database, tenantId);
  const versions = await listRouters(database, tenantId);
  const shown = given === undefined ? (versions.find(({ number }) => number === active) ?? versions[0]) : Number.isSafeInteger(Number(given)) ? await readRouter(database, tenantId, Number(given)) : null;
  if (shown === null) return advise(`There is no router ${given ?? ""}: "baton routes" lists them.`);
  const grades = await countGrades(database, tenantId);
  if (json) write(`${JSON.stringify({ active, grades, shown: shown ?? null, versions: versions.map(({ report: { total }, ...version }) => ({ ...version, total })) }, null, 2)}\n`);
  else if (shown === undefined) write(`No router is trained; the default route answers what no rule of models.yaml names.\n${grades.grades} grades of ${grades.models} models on ${grades.prompts} prompts are kept. Bring in more by "baton routes grade import FILE", then "baton routes train".\n`);
  else {
    write(`Router ${shown.number}${shown.number === active ? ", in use" : active === null ? ", no router is in use" : `, in use is ${active}`}: trained by ${shown.by} on ${shown.at} (${shown.cases} prompts, ${shown.trainedOn.slice(0, 12)})\n\n${reportText(shown.report)}`);
    if (versions.length > 1) write(`\nThere are ${versions.map(({ number }) => number).join(", ")}.\n`);
  }
  return 0;
});

/** `routes grade import FILE`: takes grades in, redacted, all or none. */
export const importGradesCommand = onRoutes("routes grade import FILE", [1, 1], async ({ database, tenantId, workspace }, [file = ""], _, write) => {
  const grades = await takeInGrades({ database, clock: systemClock }, { tenantId, text: await readFile(file, "utf8"), by: BY });
  const { grades: all, prompts, models } = await countGrades(database, tenantId);
  write(`${grades.length} grades are in; kept are ${all} of ${models} models on ${prompts} prompts.\n`);
  const names = new Set(workspace.models?.models.map(({ name }) => name) ?? []);
  const unknown = [...new Set(grades.map(({ model }) => model))].filter((model) => !names.has(model));
  if (unknown.length > 0) write(`Not in models.yaml, so nothing is learned for them: ${unknown.join(", ")}.\n`);
  return 0;
});

/** `routes train`: learns from the grades and shows what it would do; `--use` puts it to use as well. */
export const trainRoutesCommand = onRoutes("routes train [--floor 98] [--use]", [0, 0], async ({ database, tenantId, workspace }, _, { floor, use }, write) => {
  const percent = Number(floor);
  if (!(percent > 0 && percent <= 100)) return advise("Write the floor as percent of the best single model's quality, such as --floor 98.");
  if (workspace.models === null) return advise("The workspace has no models.yaml: write the models and the default route into it first.");
  const deps = { database, clock: systemClock };
  const { version, isNew, leftOut, incomplete } = await trainRouter(deps, { tenantId, models: routableModels(workspace.models), floor: percent / 100, by: BY });
  if (use) await useRouter(deps, { tenantId, version: version.number, by: BY });
  write(`Router ${version.number}${isNew ? "" : " (there was one of the same grades, models and floor)"}, trained on ${version.cases} prompts\n\n${reportText(version.report)}\n`);
  if (leftOut.length > 0) write(`Too few grades, so not chosen: ${leftOut.join(", ")}.\n`);
  if (incomplete > 0) write(`${incomplete} prompts are not graded for all of the models and were not used.\n`);
  write(use ? `It is in use. ${FOLLOWS}` : `It is not in use: "baton routes use ${version.number}" puts it to use.\n`);
  return 0;
});

/** `routes use NUMBER|none`: puts a router to use, or none. */
export const useRouteCommand = onRoutes("routes use NUMBER|none", [1, 1], async ({ database, tenantId }, [given = ""], _, write) => {
  const version = given === "none" ? null : Number(given);
  if (version !== null && !Number.isSafeInteger(version)) return advise("Usage: baton routes use NUMBER|none");
  await useRouter({ database, clock: systemClock }, { tenantId, version, by: BY });
  write(version === null ? `No router is in use; the default route answers. ${FOLLOWS}` : `Router ${version} is in use. ${FOLLOWS}`);
  return 0;
});

/** `routes rollback`: back to the router that was in use before. */
export const rollBackRouteCommand = onRoutes("routes rollback", [0, 0], async ({ database, tenantId }, _, __, write) => {
  const version = await rollBackRouter({ database, clock: systemClock }, { tenantId, by: BY });
  write(version === null ? `No router is in use any more; the default route answers. ${FOLLOWS}` : `Router ${version} is in use again. ${FOLLOWS}`);
  return 0;
});
