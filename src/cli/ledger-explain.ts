import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { explainCase } from "../app/ledger/explain-case.ts";
import { readLedgerKeys } from "../observe/ledger-proof.store.ts";
import type { AccountStep, CaseAccountView } from "../shapes/privacy.ts";
import { openStore } from "./open-store.ts";
import { toStdout } from "./to-stdout.ts";

const CASE_ID = /^case_[0-9a-z]{1,60}$/;

/** `ledger explain CASE`: why it went as it did, in plain words. Exit code 1 when nothing is known of it. */
export async function explainCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values, positionals: [caseId, ...more] } = parseArgs({ args: [...args], options: { json: { type: "boolean", default: false } }, allowPositionals: true });
  if (caseId === undefined || more.length > 0 || !CASE_ID.test(caseId)) {
    process.stderr.write("Which case? Its id is in the console beside the conversation: baton ledger explain case_…\n");
    return 2;
  }
  await using store = await openStore();
  const account = await explainCase({ database: store.database, assistantName: store.workspace.assistantName }, store.tenantId, caseId);
  if (account === null) {
    process.stderr.write(`Nothing is known of the case ${caseId}.\n`);
    return 1;
  }
  write(values.json ? `${JSON.stringify(account, null, 2)}\n` : accountText(account));
  return 0;
}

/** The account as text; control characters in what people wrote are not passed on to a terminal. */
export function accountText(account: CaseAccountView): string {
  const { caseId, contactName, subject, status, openedAt, resolvedAt, isHeld, isCut, steps } = account;
  const head = [
    `Case ${caseId}${subject === null ? "" : `: ${subject}`}`,
    status === "forgotten" ? "  What was said is forgotten; this is what the ledger still has." : `  With ${contactName ?? "a contact without a name"}, ${status}, opened ${shortTime(openedAt ?? "")}${resolvedAt === null ? "" : `, resolved ${shortTime(resolvedAt)}`}`,
    ...(isHeld ? ["  Under a legal hold: nothing of it is forgotten."] : []),
  ];
  const tail = isCut ? ["", "There is more than can be told here: see `baton ledger export`."] : [];
  return plain(`${[...head, "", ...steps.flatMap(stepLines), ...tail].join("\n")}\n`);
}

function stepLines({ seq, at, who, what, said, isProven, facts }: AccountStep): string[] {
  const proof = isProven === null ? "" : isProven ? " [as recorded]" : " [NOT the text that was recorded]";
  return [
    `${shortTime(at)}  ${who} ${what}${seq === null ? "" : ` (#${seq})`}${proof}`,
    ...(said === null ? [] : said.split("\n").map((line) => `    | ${line}`)),
    ...facts.map(({ name, value }) => `    ${name}: ${value}`),
  ];
}

function shortTime(at: string): string {
  return at.slice(0, 19).replace("T", " ");
}

function plain(text: string): string {
  return text.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, " ");
}

/** `ledger key [--out FILE]`: the public keys, to keep elsewhere. */
export async function keyCommand(args: readonly string[], write = toStdout): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { out: { type: "string" } } });
  await using store = await openStore();
  const keys = await readLedgerKeys(store.database, store.tenantId);
  const newest = keys.at(-1);
  if (newest === undefined) {
    process.stderr.write("There is no key yet: it is made when Baton starts and writes its first entries.\n");
    return 1;
  }
  if (values.out === undefined) write(newest.publicKey);
  else await writeFile(values.out, newest.publicKey);
  process.stderr.write(`${newest.id}\n`);
  return 0;
}
