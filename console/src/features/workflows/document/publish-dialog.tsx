import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { WorkflowView } from "../../../../../src/shapes/workflow.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { Button } from "../../../ui/button.tsx";
import { Sheet } from "../../../ui/sheet.tsx";
import { checkQuery, publishDocument, type PublishOutcome, type RaisedPart } from "../workflow-queries.ts";
import { sayFindings } from "../workflow-words.ts";
import { FindingList } from "./document-findings.tsx";

type PublishDialogProps = { workflow: WorkflowView; text: string; /** Gets the text as it was published. */ onPublished: (text: string) => void; onClose: () => void };

/**
 * The last look before a document becomes the active one: what the check says, and a note for the others. Under a number that
 * stands for another text it is not published; the next numbers are offered then.
 */
export function PublishDialog({ workflow, text, onPublished, onClose }: PublishDialogProps) {
  const queryClient = useQueryClient();
  const [note, setNote] = useState("");
  const noteId = useId();
  const check = useQuery(checkQuery({ text, file: workflow.file }));
  const publishing = useMutation({
    mutationFn: (raise: RaisedPart | null) => publishDocument({ file: workflow.file, text, note: note.trim() === "" ? null : note.trim(), raise }),
    onSuccess: async (outcome) => {
      if (outcome.status === "refused") return;
      await queryClient.invalidateQueries({ queryKey: ["workflows"] });
      onPublished(outcome.raised[0]?.text ?? text);
      onClose();
    },
  });
  const [taken] = publishing.data?.taken ?? [];
  const refused = publishing.data?.status === "refused" && taken === undefined ? publishing.data.findings : null;
  const findings = refused ?? check.data?.findings ?? [];
  const hasErrors = findings.some((finding) => finding.severity === "error");
  return (
    <Sheet
      title="Publish this document"
      place="middle"
      onClose={onClose}
      footer={<><Button tone="quiet" onClick={onClose}>Cancel</Button><Button tone="primary" isBusy={publishing.isPending} disabled={!check.isSuccess || hasErrors || taken !== undefined} onClick={() => publishing.mutate(null)}>Publish</Button></>}
    >
      <div className="flex flex-col gap-4 px-5 py-4">
        <p className="text-ink-soft">New runs use it at once. Runs under way keep the version they began with. The other workflows stay as they are.</p>
        {taken !== undefined && <TakenNumber taken={taken} isBusy={publishing.isPending} onRaise={publishing.mutate} />}
        {check.isError && <p role="alert" className="text-bad">{sayProblem(check.error)}</p>}
        <div>
          <p role="status" className="mb-2 text-xs font-medium text-ink-faint">{check.isPending ? "Checking…" : `${sayFindings(findings)}${hasErrors ? ": publishing needs a document without errors" : ""}`}</p>
          <FindingList findings={findings} isFileNamed={refused !== null} />
        </div>
        <div>
          <label htmlFor={noteId} className="mb-1 block text-xs text-ink-faint">Note (what changed and why)</label>
          <input id={noteId} value={note} maxLength={500} onChange={(event) => setNote(event.target.value)} className="h-9 w-full rounded-lg border border-line-strong bg-surface px-2.5 text-sm" />
        </div>
        {publishing.isError && <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad">{sayProblem(publishing.error)}</p>}
      </div>
    </Sheet>
  );
}

type TakenNumberProps = { taken: PublishOutcome["taken"][number]; isBusy: boolean; onRaise: (part: RaisedPart) => void };

/** Nothing was published, and how it can be. */
function TakenNumber({ taken: { version, next }, isBusy, onRaise }: TakenNumberProps) {
  return (
    <div role="alert" className="flex flex-col gap-2 rounded-lg bg-warn-soft px-3 py-2 text-warn">
      <p>Version {version} is published already with another text, and a number stands for one text for good, so that runs and reports can be told apart. Publish this one under the next number:</p>
      <div className="flex flex-wrap gap-2">
        <Button size="small" isBusy={isBusy} onClick={() => onRaise("patch")}>{next.patch}, a mended fault</Button>
        <Button size="small" isBusy={isBusy} onClick={() => onRaise("minor")}>{next.minor}, something new</Button>
      </div>
    </div>
  );
}
