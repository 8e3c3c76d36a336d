import type { LedgerVerdictView } from "../../../../src/shapes/privacy.ts";
import { formatCount } from "../../lib/format.ts";

/** What came of verifying the chain. */
export function ChainResult({ verdict }: { verdict: LedgerVerdictView }) {
  const { ok, checked, removed, anchors, head, keyIds, problems } = verdict;
  if (!ok) {
    return (
      <div className="mb-4 rounded-lg bg-bad-soft px-3.5 py-2.5 text-bad">
        <p className="font-medium">The chain is broken: {formatCount(problems.length, "problem", "problems")} in {formatCount(checked, "entry", "entries")}.</p>
        <ul className="mt-1 list-disc pl-5">{problems.map((problem) => <li key={problem} className="break-words">{problem}</li>)}</ul>
      </div>
    );
  }
  return (
    <div className="mb-4 rounded-lg bg-good-soft px-3.5 py-2.5 text-good">
      <p>The chain is whole: {formatCount(checked, "entry", "entries")} checked, no problem found.{anchors > 0 && ` ${formatCount(anchors, "daily anchor holds", "daily anchors hold")}.`}</p>
      {removed > 0 && <p className="mt-0.5 text-xs">{formatCount(removed, "entry is", "entries are")} without contents, which retention took out; the ledger says which.</p>}
      {head !== null && <p className="mt-0.5 font-mono text-2xs break-all">Ends at {head.seq}: {head.hash}, signed by {keyIds.join(", ")}</p>}
    </div>
  );
}
