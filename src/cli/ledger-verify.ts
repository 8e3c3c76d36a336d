import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { messageOf } from "../lib/app-error.ts";
import { readAnchorLines } from "../privacy/read-anchor-lines.ts";
import { verifyLedgerFile } from "../observe/ledger-file.ts";
import { keyIdOf, type LedgerKey } from "../observe/ledger-signature.ts";
import { verifyLedger, type KnownOutside } from "../observe/ledger-verify.ts";
import type { LedgerVerdictView } from "../shapes/privacy.ts";
import { openStore } from "./open-store.ts";
import { toStdout } from "./to-stdout.ts";

const MOST_ANCHORS_BYTES = 64 * 1_048_576;

/** `ledger verify`: exit code 0 when every link and every signature holds, 1 when one does not or the file is no ledger, 2 for a key or anchors that cannot be read. */
export async function verifyCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { file: { type: "string" }, key: { type: "string" }, anchors: { type: "string" }, json: { type: "boolean", default: false } } });
  let outside: KnownOutside;
  try {
    outside = { ...(values.key === undefined ? {} : { keys: [await readKey(values.key)] }), ...(values.anchors === undefined ? {} : { anchors: await readAnchors(values.anchors) }) };
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return 2;
  }
  const { verdict, name } = values.file === undefined ? await verifyStored(outside) : await verifyFile(values.file, outside);
  write(values.json ? `${JSON.stringify(verdict)}\n` : verdictText(name, verdict, values.key !== undefined));
  return verdict.ok ? 0 : 1;
}

async function verifyStored(outside: KnownOutside): Promise<{ verdict: LedgerVerdictView; name: string }> {
  await using store = await openStore();
  return { verdict: await withProgress((told) => verifyLedger(store.database, store.tenantId, told, outside)), name: `The ledger of "${store.tenantId}"` };
}

async function verifyFile(path: string, outside: KnownOutside): Promise<{ verdict: LedgerVerdictView; name: string }> {
  const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Number.POSITIVE_INFINITY });
  const { tenantId, ...verdict } = await withProgress((told) => verifyLedgerFile(lines, told, outside));
  return { verdict, name: `The exported ledger of "${tenantId}"` };
}

async function withProgress<T>(work: (told: (checked: number) => void) => Promise<T>): Promise<T> {
  const isTerminal = process.stderr.isTTY === true;
  try {
    return await work((checked) => void (isTerminal && process.stderr.write(`\r  checked ${checked} entries`)));
  } finally {
    if (isTerminal) process.stderr.write("\r\u001b[K");
  }
}

async function readKey(path: string): Promise<LedgerKey> {
  const publicKey = await readFile(path, "utf8");
  try {
    return { id: keyIdOf(publicKey), publicKey };
  } catch {
    throw new Error(`${path} holds no Ed25519 public key (PEM).`);
  }
}

/** All of a file that anchors were kept in. */
async function readAnchors(path: string) {
  const text = await readFile(path, "utf8");
  if (text.length > MOST_ANCHORS_BYTES) throw new Error(`${path} is too large to be a file of anchors.`);
  return readAnchorLines(text).map(({ anchor }) => anchor);
}

function verdictText(name: string, verdict: LedgerVerdictView, isKeyGiven: boolean): string {
  const { ok, checked, removed, anchors, head, keyIds, problems } = verdict;
  if (!ok) return `${name} is BROKEN after ${checked} entries:\n${problems.map((problem) => `  ${problem}`).join("\n")}\n`;
  const lines = [`${name} is whole: ${checked} entries, every link holds.`];
  if (removed > 0) lines.push(`  ${removed} of them are without their contents, which retention took out; the ledger says which, and the chain holds.`);
  if (head !== null) lines.push(`  It ends at link ${head.seq}, ${head.hash}; ${anchors} anchors hold.`, `  Signed by ${keyIds.join(", ")}${isKeyGiven ? ", the key you gave." : ". Hold this against what you have kept, or give the key: --key FILE."}`);
  return `${lines.join("\n")}\n`;
}
