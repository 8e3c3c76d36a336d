import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { SyncView } from "../../../../../src/shapes/knowledge.ts";
import { sayProblem } from "../../../lib/fetch-json.ts";
import { formatCount } from "../../../lib/format.ts";
import { Button } from "../../../ui/button.tsx";
import { Confirm } from "../../../ui/sheet.tsx";
import { syncSource } from "../knowledge-queries.ts";

/** A sync that would have removed so much that a person has to agree. */
export function HeldNotice({ sync, mayManage }: { sync: SyncView; mayManage: boolean }) {
  const [isAsking, setIsAsking] = useState(false);
  const queryClient = useQueryClient();
  const accepting = useMutation({
    mutationFn: () => syncSource(sync.sourceId, true),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["knowledge"] });
      setIsAsking(false);
    },
  });
  const documents = formatCount(sync.missing, "document", "documents");
  return (
    <div role="status" className="flex flex-wrap items-center justify-between gap-3 rounded-lg bg-warn-soft px-3.5 py-2.5 text-warn">
      <p className="min-w-0 flex-1 basis-64">! The source no longer lists {documents}, or could not be read where they stand. They stay: see whether the source is whole. If they are meant to go, accept it.</p>
      {mayManage && <Button size="small" onClick={() => setIsAsking(true)}>Accept the removals…</Button>}
      {isAsking && (
        <Confirm title={`Remove ${documents}?`} confirmLabel="Sync and remove" isBusy={accepting.isPending} problem={accepting.isError ? sayProblem(accepting.error) : null} onConfirm={() => accepting.mutate()} onClose={() => setIsAsking(false)}>
          <p>The source is synced again, and what it does not list then is no longer used for answers. A rollback to version {sync.versionBefore ?? "before it"} brings it back.</p>
        </Confirm>
      )}
    </div>
  );
}
