import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { formatDate } from "../../../lib/format.ts";
import { IconButton } from "../../../ui/button.tsx";
import { LoadingRows, Problem } from "../../../ui/feedback.tsx";
import { CloseIcon } from "../../../ui/icons.tsx";
import { LoadMore } from "../../../ui/load-more.tsx";
import { Confirm } from "../../../ui/sheet.tsx";
import { fileAddress, filesQuery, removeFile } from "../knowledge-queries.ts";
import { sayBytes } from "../knowledge-words.ts";

/** The files of an upload source, to be fetched again or taken out. */
export function FileList({ source, mayManage }: { source: string; mayManage: boolean }) {
  const list = useInfiniteQuery(filesQuery(source));
  const [asked, setAsked] = useState<string | null>(null);
  if (list.isPending) return <LoadingRows count={3} label="Loading the files" className="h-10" />;
  if (list.isError) return <Problem text={sayProblem(list.error)} onRetry={() => void list.refetch()} />;
  const files = list.data.pages.flatMap((page) => page.items);
  if (files.length === 0) return <p className="text-xs text-ink-faint">No file was uploaded yet.</p>;
  return (
    <>
      <ul aria-label="Uploaded files" className="overflow-hidden rounded-xl border border-line bg-surface">
        {files.map((file) => (
          <li key={file.name} className="flex items-center gap-3 border-b border-line py-1.5 pr-2 pl-4 last:border-b-0">
            <span className="min-w-0 flex-1 break-all">{mayManage ? <a href={fileAddress(source, file.name)} download={file.name} className="underline-offset-2 hover:underline">{file.name}</a> : file.name}</span>
            <span className="text-xs whitespace-nowrap text-ink-faint tabular-nums">{sayBytes(file.bytes)}<span className="hidden sm:inline">, {formatDate(file.uploadedAt)}</span></span>
            {mayManage && <IconButton label={`Take ${file.name} out`} onClick={() => setAsked(file.name)}><CloseIcon /></IconButton>}
          </li>
        ))}
      </ul>
      {list.hasNextPage && <LoadMore isLoading={list.isFetchingNextPage} onMore={() => void list.fetchNextPage({ cancelRefetch: false })} />}
      {asked !== null && <AskRemoval source={source} file={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function AskRemoval({ source, file, onClose }: { source: string; file: string; onClose: () => void }) {
  const queryClient = useQueryClient();
  const removing = useMutation({
    mutationFn: () => removeFile(source, file),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["knowledge"] });
      onClose();
    },
  });
  return (
    <Confirm title={`Take ${file} out?`} confirmLabel="Take it out" isBusy={removing.isPending} problem={removing.isError ? sayProblem(removing.error) : null} onConfirm={() => removing.mutate()} onClose={onClose}>
      <p>Its document is no longer used for answers. The file itself is deleted; keep a copy if you may want it again.</p>
    </Confirm>
  );
}
