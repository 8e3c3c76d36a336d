import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { ChunkView } from "../../../../../src/shapes/knowledge.ts";
import { ApiError, sayProblem } from "../../../lib/fetch-json.ts";
import { formatCount } from "../../../lib/format.ts";
import { Button } from "../../../ui/button.tsx";
import { AreaField, TextField } from "../../../ui/fields.tsx";
import { Sheet } from "../../../ui/sheet.tsx";
import { previewFile, previewText } from "../knowledge-queries.ts";
import { sayLanguage } from "../knowledge-words.ts";
import { ChunkText } from "./chunk-text.tsx";

type Shown = { title: string; body: string; note: string | null; warnings: readonly { code: string; message: string }[]; chunks: readonly ChunkView[] };

/** How a file or a text would be read and cut, before it is imported; nothing is stored. */
export function ChunkPreview({ onClose }: { onClose: () => void }) {
  const [title, setTitle] = useState("");
  const [body, setBody] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const showing = useMutation({ mutationFn: (given: File | { title: string; body: string }) => (given instanceof File ? showFile(given) : showText(given)) });
  return (
    <Sheet title="Preview chunks" note="How a text would be cut for the search. Nothing is stored." place="wide" onClose={onClose}>
      <form className="flex flex-col gap-3 border-b border-line px-5 py-4" onSubmit={(event) => { event.preventDefault(); showing.mutate({ title, body }); }}>
        <TextField label="Title" value={title} onChange={setTitle} />
        <AreaField label="Text (Markdown)" value={body} onChange={setBody} rows={6} maxLength={200_000} isRequired className="font-mono text-xs" />
        <div className="flex flex-wrap items-center gap-2">
          <Button type="submit" tone="primary" isBusy={showing.isPending}>Cut it</Button>
          <Button isBusy={showing.isPending} onClick={() => input.current?.click()}>Or choose a file</Button>
          <input ref={input} type="file" aria-label="File to preview" tabIndex={-1} className="sr-only" onChange={(event) => { const [file] = event.target.files ?? []; if (file !== undefined) showing.mutate(file); event.target.value = ""; }} />
        </div>
        {showing.isError && <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 break-words text-bad">{sayProblem(showing.error)}</p>}
      </form>
      {showing.data !== undefined && <Result shown={showing.data} />}
    </Sheet>
  );
}

function Result({ shown }: { shown: Shown }) {
  return (
    <>
      <p role="status" className="px-5 pt-4 text-sm">{shown.title !== "" && <b className="font-medium">{shown.title}: </b>}{formatCount(shown.chunks.length, "chunk", "chunks")}{shown.note !== null && <span className="text-ink-faint">, {shown.note}</span>}</p>
      {shown.warnings.map((warning) => <p key={warning.code + warning.message} className="mx-5 mt-2 rounded-lg bg-warn-soft px-3 py-2 text-xs text-warn">! {warning.message}</p>)}
      <ChunkText body={shown.body} chunks={shown.chunks} />
    </>
  );
}

async function showText(given: { title: string; body: string }): Promise<Shown> {
  return { ...given, note: null, warnings: [], chunks: await previewText(given) };
}

async function showFile(file: File): Promise<Shown> {
  const read = await previewFile(file);
  if (read.kind === "refused") throw new ApiError(422, read.code, read.reason);
  return { title: read.title, body: read.body, note: `${read.format}, ${sayLanguage(read.language)}`, warnings: read.warnings, chunks: read.items };
}
