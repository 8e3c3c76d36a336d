import type { FindingView } from "../../../../../src/shapes/workflow.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { Problem } from "../../../ui/feedback.tsx";
import { StateBadge } from "../../../ui/state-badge.tsx";
import { sayFindings, SEVERITIES } from "../workflow-words.ts";
import type { Checked } from "./use-check.ts";

type DocumentFindingsProps = { checked: Checked; onOpen: (place: FindingView["place"]) => void };

/** What the check says, in the order of the text; a finding opens its place. */
export function DocumentFindings({ checked: { check, isCurrent, error, retry }, onOpen }: DocumentFindingsProps) {
  return (
    <div className="p-4">
      <p role="status" className="mb-3 text-xs font-medium text-ink-faint">{check === null ? "Checking…" : `${sayFindings(check.findings)}${isCurrent ? "" : ", checking again…"}`}</p>
      {error !== null && error !== undefined && <Problem text={sayProblem(error)} onRetry={retry} />}
      {check !== null && check.findings.length === 0 && <p className="text-ink-soft">Nothing is wrong with this document.</p>}
      {check !== null && <FindingList findings={check.findings} onOpen={onOpen} />}
    </div>
  );
}

/** `isFileNamed`: the findings are of several documents. */
export function FindingList({ findings, onOpen, isFileNamed = false }: { findings: readonly FindingView[]; onOpen?: (place: FindingView["place"]) => void; isFileNamed?: boolean }) {
  const sorted = findings.toSorted((left, right) => left.place.line - right.place.line || left.place.column - right.place.column);
  return (
    <ul className="flex flex-col gap-2">
      {sorted.map((finding, index) => (
        <li key={index} className="rounded-lg border border-line">
          {onOpen === undefined ? <div className="px-3 py-2"><Words finding={finding} isFileNamed={isFileNamed} /></div> : <button type="button" onClick={() => onOpen(finding.place)} className="w-full rounded-lg px-3 py-2 text-left hover:bg-sunken"><Words finding={finding} isFileNamed={isFileNamed} /></button>}
        </li>
      ))}
    </ul>
  );
}

function Words({ finding, isFileNamed }: { finding: FindingView; isFileNamed: boolean }) {
  return (
    <>
      <span className="flex items-center gap-2"><StateBadge state={SEVERITIES[finding.severity]} /><span className="text-2xs text-ink-faint tabular-nums">{isFileNamed && `${finding.place.file.split("/").at(-1)}, `}line {finding.place.line}</span><span className="ml-auto truncate font-mono text-2xs text-ink-faint">{finding.rule}</span></span>
      <span className="mt-1 block break-words">{finding.message}</span>
      <span className="mt-0.5 block text-xs break-words text-ink-faint">{finding.advice}</span>
    </>
  );
}
