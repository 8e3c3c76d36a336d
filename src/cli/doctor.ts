import { checkDatabase, checkModel, checkModelsFolder, checkRestate } from "./doctor-services.ts";
import { checkWorkspace } from "./doctor-workspace.ts";
import { checkBinaries, checkDataFolder, checkDisk, checkNode, checkPlatformPackages, checkPort } from "./doctor-machine.ts";

/** One finding; `advice` says what to do about it, null when there is nothing to do. */
export type Check = { name: string; status: "ok" | "warn" | "fail"; message: string; advice: string | null };

/** `ok` is false when any check failed; warnings do not count. */
export type DoctorReport = { ok: boolean; checks: Check[] };

export type DoctorInput = {
  env: Record<string, string | undefined>;
  /** Where the data folder is, or would be made. */
  dataDir: string;
  /** Of Baton's HTTP server. */
  port: number;
};

/**
 * Looks at everything that a start depends on, and changes nothing that lasts.
 * Never throws for a fault of the surroundings: that is what the findings are for. Takes 5 s at most per outside server.
 */
export async function runDoctor(input: DoctorInput): Promise<DoctorReport> {
  const { env, dataDir, port } = input;
  const hasDatabase = isSet(env["DATABASE_URL"]);
  const hasRestate = isSet(env["RESTATE_INGRESS_URL"]) || isSet(env["RESTATE_ADMIN_URL"]);
  const found = await Promise.all([
    checkBinaries({ needsPostgres: !hasDatabase, needsRestate: !hasRestate }),
    checkDataFolder(dataDir),
    checkDisk(dataDir),
    checkPort(port, dataDir),
    checkDatabase(env["DATABASE_URL"]),
    checkRestate(env["RESTATE_INGRESS_URL"], env["RESTATE_ADMIN_URL"]),
    checkModel(env),
    checkModelsFolder(env["BATON_MODELS_DIR"]),
    checkWorkspace(env, dataDir),
  ]);
  const checks = [checkNode(process.versions.node), checkPlatformPackages({ needsPostgres: !hasDatabase, needsRestate: !hasRestate }), ...found.flat()];
  return { ok: checks.every((check) => check.status !== "fail"), checks };
}

/** The report as lines of text: a mark, the finding, and under it what to do. */
export function printDoctorReport(report: DoctorReport, write: (line: string) => void): void {
  const width = Math.max(...report.checks.map((check) => check.name.length));
  for (const check of report.checks) {
    write(`${MARKS[check.status]}  ${check.name.padEnd(width)}  ${check.message}\n`);
    if (check.advice !== null) write(`${" ".repeat(width + 8)}→ ${check.advice}\n`);
  }
  const count = (status: Check["status"]) => report.checks.filter((check) => check.status === status).length;
  write(report.ok ? `\nBaton can start (${count("warn")} warnings).\n` : `\nBaton cannot start: ${count("fail")} of ${report.checks.length} checks failed.\n`);
}

const MARKS: Record<Check["status"], string> = { ok: "ok  ", warn: "warn", fail: "FAIL" };

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}
