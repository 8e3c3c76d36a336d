import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import type { SourceView } from "../../../../../src/shapes/knowledge.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { formatCount } from "../../../lib/format.ts";
import { Button } from "../../../ui/button.tsx";
import { RetryIcon } from "../../../ui/icons.tsx";
import { Confirm } from "../../../ui/sheet.tsx";
import { cancelSync, removeSource, syncSource } from "../knowledge-queries.ts";
import { isUnderWay } from "../knowledge-words.ts";
import { SourceForm } from "./source-form.tsx";

/** Sync, stop, edit, remove. What the workspace declares is edited and removed there. */
export function SourceButtons({ source }: { source: SourceView }) {
  const [open, setOpen] = useState<"edit" | "remove" | null>(null);
  const queryClient = useQueryClient();
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["knowledge"] });
  const syncing = useMutation({ mutationFn: () => syncSource(source.id), onSuccess: refresh });
  const cancelling = useMutation({ mutationFn: cancelSync, onSuccess: refresh });
  const failed = syncing.error ?? cancelling.error;
  const { lastSync } = source;
  return (
    <>
      {failed !== null && <p role="alert" className="text-xs text-bad">{sayProblem(failed)}</p>}
      {!source.isDeclared && <Button tone="danger" onClick={() => setOpen("remove")}>Remove…</Button>}
      {!source.isDeclared && <Button onClick={() => setOpen("edit")}>Edit</Button>}
      {lastSync !== null && isUnderWay(lastSync)
        ? <Button isBusy={cancelling.isPending} onClick={() => cancelling.mutate(lastSync.id)}>Cancel the sync</Button>
        : <Button tone="primary" isBusy={syncing.isPending} onClick={() => syncing.mutate()}><RetryIcon />Sync now</Button>}
      {open === "edit" && <SourceForm source={source} onClose={() => setOpen(null)} />}
      {open === "remove" && <AskRemoval source={source} onClose={() => setOpen(null)} />}
    </>
  );
}

function AskRemoval({ source, onClose }: { source: SourceView; onClose: () => void }) {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const removing = useMutation({
    mutationFn: () => removeSource(source.id),
    onSuccess: async () => {
      onClose();
      await navigate({ to: "/knowledge" });
      queryClient.removeQueries({ queryKey: ["knowledge", "sources", source.id] });
      await queryClient.invalidateQueries({ queryKey: ["knowledge"] });
    },
  });
  return (
    <Confirm title={`Remove ${source.id}?`} confirmLabel="Remove it" isBusy={removing.isPending} problem={removing.isError ? sayProblem(removing.error) : null} onConfirm={() => removing.mutate()} onClose={onClose}>
      <p>{formatCount(source.documents, "document is", "documents are")} no longer used for answers, at once. Rolling the knowledge back to an earlier version brings them back; the source itself has to be added anew.</p>
    </Confirm>
  );
}
