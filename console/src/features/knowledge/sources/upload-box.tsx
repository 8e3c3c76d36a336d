import { useInfiniteQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { SourceView } from "../../../../../src/shapes/knowledge.ts";
import { formatCount } from "../../../lib/format.ts";
import { Button } from "../../../ui/button.tsx";
import { UploadIcon } from "../../../ui/icons.tsx";
import { StateBadge, type StateWords } from "../../../ui/state-badge.tsx";
import { problemsQuery } from "../knowledge-queries.ts";
import { isUnderWay, sayBytes } from "../knowledge-words.ts";
import { useUploads, type Upload } from "./use-uploads.ts";

/** Where files are dropped; below it what becomes of each. */
export function UploadBox({ source }: { source: SourceView }) {
  const { uploads, add, clear } = useUploads(source);
  const [isOver, setIsOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const problems = useInfiniteQuery(problemsQuery(source.id)).data?.pages.flatMap((page) => page.items) ?? [];
  const reasons = new Map(problems.map((problem) => [problem.item, problem.reason]));
  const isSyncing = isUnderWay(source.lastSync);
  const settled = uploads.filter((upload) => upload.state === "stored" || upload.state === "refused").length;
  return (
    <section aria-label="Upload">
      <div
        onDragOver={(event) => { event.preventDefault(); setIsOver(true); }}
        onDragLeave={() => setIsOver(false)}
        onDrop={(event) => { event.preventDefault(); setIsOver(false); add([...event.dataTransfer.files]); }}
        className={`flex flex-col items-center gap-2 rounded-xl border-2 border-dashed px-4 py-6 text-center transition-colors ${isOver ? "border-accent-ink bg-accent-soft" : "border-line-strong bg-surface"}`}
      >
        <UploadIcon className="size-5 text-ink-faint" />
        <p className="text-ink-soft">Drop files here: PDF, Word, PowerPoint, Excel, OpenDocument, HTML, Markdown, text, CSV, mails, EPUB, pictures.</p>
        <Button onClick={() => input.current?.click()}>Choose files</Button>
        <input ref={input} type="file" multiple aria-label="Files to upload" tabIndex={-1} className="sr-only" onChange={(event) => { add([...(event.target.files ?? [])]); event.target.value = ""; }} />
      </div>
      {uploads.length > 0 && (
        <div className="mt-3">
          <div className="mb-1.5 flex items-center justify-between gap-3">
            <p role="status" className="text-xs text-ink-faint">{settled} of {formatCount(uploads.length, "file", "files")} done</p>
            {settled > 0 && <Button size="small" tone="quiet" onClick={clear}>Clear the list</Button>}
          </div>
          <ul aria-label="Uploads" className="overflow-hidden rounded-xl border border-line bg-surface">
            {uploads.map((upload) => <UploadRow key={upload.id} upload={upload} refusal={isSyncing ? null : (reasons.get(upload.name) ?? null)} isSyncing={isSyncing} />)}
          </ul>
        </div>
      )}
    </section>
  );
}

/** `refusal`: why the sync could not take what was stored. */
function UploadRow({ upload, refusal, isSyncing }: { upload: Upload; refusal: string | null; isSyncing: boolean }) {
  const reason = upload.reason ?? (upload.state === "stored" ? refusal : null);
  return (
    <li className="border-b border-line px-4 py-2 last:border-b-0">
      <div className="flex items-center gap-3">
        <span className="min-w-0 flex-1 break-all">{upload.name}</span>
        <span className="text-xs whitespace-nowrap text-ink-faint tabular-nums">{sayBytes(upload.bytes)}</span>
        <StateBadge state={sayUpload(upload, reason !== null, isSyncing)} />
      </div>
      {upload.state === "sending" && <progress aria-label={`Upload of ${upload.name}`} value={upload.sent} max={Math.max(1, upload.bytes)} className="mt-1.5 block h-1 w-full appearance-none overflow-hidden rounded-full bg-sunken [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-sunken [&::-webkit-progress-value]:bg-accent" />}
      {reason !== null && <p className="text-xs break-words text-bad">{reason}</p>}
    </li>
  );
}

function sayUpload({ state }: Upload, isRefused: boolean, isSyncing: boolean): StateWords {
  if (isRefused) return { words: "Refused", sign: "✕", tone: "bad" };
  if (state === "waiting") return { words: "Waiting", sign: "…", tone: "neutral" };
  if (state === "sending") return { words: "Sending", sign: "↑", tone: "accent" };
  return isSyncing ? { words: "Being read", sign: "↻", tone: "accent" } : { words: "Taken", sign: "✓", tone: "good" };
}
