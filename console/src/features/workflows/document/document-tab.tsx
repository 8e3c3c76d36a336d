import { useQuery } from "@tanstack/react-query";
import { useBlocker } from "@tanstack/react-router";
import { useRef, useState } from "react";
import type { WorkflowView } from "../../../../../src/shapes/workflow.ts";
import { Button } from "../../../ui/button.tsx";
import { Confirm } from "../../../ui/sheet.tsx";
import { useSession } from "../../identity/session.ts";
import { DocumentFindings } from "./document-findings.tsx";
import { functionsQuery } from "./function-words.ts";
import { PublishDialog } from "./publish-dialog.tsx";
import { useCheck } from "./use-check.ts";
import { YamlEditor, type EditorHandle } from "./yaml-editor.tsx";

const NONE: [] = [];

/** The document as text, checked while it is written; admins publish it from here. */
export function DocumentTab({ workflow }: { workflow: WorkflowView }) {
  const [base, setBase] = useState(workflow.text);
  const [text, setText] = useState(workflow.text);
  const [asked, setAsked] = useState<"publish" | "discard" | null>(null);
  const editor = useRef<EditorHandle>(null);
  const isAdmin = useSession()?.user.role === "admin";
  const checked = useCheck(text, workflow.file);
  const functions = useQuery(functionsQuery).data ?? NONE;
  const findings = checked.check?.findings ?? NONE;
  const isChanged = text !== base;
  const isOvertaken = workflow.text !== base && workflow.text !== text;

  const takeActive = (): void => {
    setAsked(null);
    setBase(workflow.text);
    editor.current?.replace(workflow.text);
  };
  const takePublished = (published: string): void => {
    setBase(published);
    if (published !== text) editor.current?.replace(published);
  };
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Toolbar file={workflow.file} isChanged={isChanged} isAdmin={isAdmin} onDiscard={() => setAsked("discard")} onPublish={() => setAsked("publish")} />
      {isOvertaken && (
        <div role="status" className="flex flex-wrap items-center gap-3 border-b border-line bg-warn-soft px-4 py-2 text-warn md:px-6">
          <span className="flex-1">Version {workflow.version} was published meanwhile. Publishing your text would replace it.</span>
          <Button size="small" onClick={takeActive}>Show that version</Button>
        </div>
      )}
      <div className="flex min-h-0 flex-1 flex-col lg:flex-row">
        <div className="min-h-60 min-w-0 flex-1"><YamlEditor label={`Document of ${workflow.name}`} functions={functions} initialText={base} isReadOnly={!isAdmin} findings={findings} onChange={setText} handle={editor} /></div>
        <aside aria-label="Findings" tabIndex={0} className="max-h-[40%] w-full shrink-0 overflow-y-auto border-t border-line bg-surface lg:max-h-none lg:w-80 lg:border-t-0 lg:border-l">
          <DocumentFindings checked={checked} onOpen={({ line, column }) => editor.current?.goTo(line, column)} />
        </aside>
      </div>
      {asked === "discard" && <Confirm title="Discard your changes?" confirmLabel="Discard changes" onConfirm={takeActive} onClose={() => setAsked(null)}>The text goes back to the active version. Ctrl+Z in the editor brings yours back as long as you stay on this page.</Confirm>}
      {asked === "publish" && <PublishDialog workflow={workflow} text={text} onPublished={takePublished} onClose={() => setAsked(null)} />}
      <LeaveGuard isChanged={isChanged} />
    </div>
  );
}

type ToolbarProps = { file: string; isChanged: boolean; isAdmin: boolean; onDiscard: () => void; onPublish: () => void };

function Toolbar({ file, isChanged, isAdmin, onDiscard, onPublish }: ToolbarProps) {
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-3 border-b border-line bg-surface px-4 py-2 md:px-6">
      <p className="min-w-0 flex-1 truncate text-xs text-ink-faint"><span className="font-mono text-2xs">{file}</span>{isChanged && <span className="text-warn"> · changed, not published</span>}</p>
      {!isAdmin && <p className="text-xs text-ink-faint">Only admins change and publish documents.</p>}
      {isAdmin && <Button size="small" tone="quiet" disabled={!isChanged} onClick={onDiscard}>Discard changes</Button>}
      {isAdmin && <Button size="small" tone="primary" disabled={!isChanged} onClick={onPublish}>Publish…</Button>}
    </div>
  );
}

/** Asks before a changed text is left: inside the console by a question, otherwise by the browser's own. */
function LeaveGuard({ isChanged }: { isChanged: boolean }) {
  const blocker = useBlocker({ shouldBlockFn: () => isChanged, enableBeforeUnload: () => isChanged, withResolver: true });
  if (blocker.status !== "blocked") return null;
  return <Confirm title="Leave without publishing?" confirmLabel="Leave" onConfirm={() => blocker.proceed()} onClose={() => blocker.reset()}>Your changes of this document are not published and would be lost.</Confirm>;
}
