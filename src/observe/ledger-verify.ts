import type { Database } from "../storage/database.ts";
import { beginCheck, checkAnchor, checkHead, checkLink, checkOwnAnchors, checkOwnKeys, endCheck, type LedgerCheck, type LedgerVerdict } from "./ledger-check.ts";
import { readAnchors, readHead, readLedgerKeys } from "./ledger-proof.store.ts";
import type { LedgerAnchor, LedgerKey } from "./ledger-signature.ts";
import { countUnchained, readLedgerPage } from "./ledger.store.ts";

const PAGE = 2_000;

/** What is known from elsewhere than the database: `keys` are then trusted in place of its own; `anchors` must be links of the chain. */
export type KnownOutside = { keys?: readonly LedgerKey[]; anchors?: readonly LedgerAnchor[] };

/**
 * Walks the whole chain, recomputes every hash, and checks every signature; `problems` names each broken place. Entries
 * younger than a minute may wait for their link.
 *
 * Who rewrites the whole ledger with a key of their own is found only by what is kept outside.
 */
export async function verifyLedger(database: Database, tenantId: string, onProgress: (checked: number) => void | Promise<void> = () => {}, outside: KnownOutside = {}): Promise<LedgerVerdict> {
  const ownKeys = await readLedgerKeys(database, tenantId);
  const keys = outside.keys ?? ownKeys;
  const anchors = await readAnchors(database, tenantId);
  const given = outside.anchors ?? [];
  const check = beginCheck(tenantId, keys, [...anchors, ...given]);
  checkOwnKeys(check, ownKeys);
  const isWalked = await walk(database, check, onProgress);
  if (!isWalked) return endCheck(check);
  checkOwnAnchors(check, anchors);
  for (const anchor of given) checkAnchor(check, anchor, "kept outside");
  const { late, smuggled } = await countUnchained(database, tenantId);
  if (late > 0) check.problems.push(`${late} ${late === 1 ? "entry" : "entries"} older than a minute ${late === 1 ? "is" : "are"} not chained`);
  if (smuggled > 0) check.problems.push(`${smuggled} ${smuggled === 1 ? "entry" : "entries"} came into the ledger past its chain`);
  return endCheck(check);
}

/** False: it ended before the chain did. */
async function walk(database: Database, check: LedgerCheck, onProgress: (checked: number) => void | Promise<void>): Promise<boolean> {
  for (;;) {
    const page = await readLedgerPage(database, check.tenantId, check.checked, PAGE);
    for (const link of page) if (!checkLink(check, link)) return false;
    await onProgress(check.checked);
    if (page.length === PAGE) continue;
    const head = await readHead(database, check.tenantId);
    // What was sealed since this page was read is the next page; where there is none, the end was cut off.
    if (page.length > 0 && head !== null && head.seq > check.checked) continue;
    checkHead(check, head);
    return true;
  }
}
