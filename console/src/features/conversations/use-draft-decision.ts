import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { DraftView } from "../../../../src/shapes/conversation.ts";
import { fetchJson } from "../../lib/fetch-json.ts";

export type DraftDecision = { decision: "accepted" } | { decision: "edited"; text: string } | { decision: "rejected"; reason: string };

/** Sends, changes or rejects the AI's draft. The server takes the first decision; one that came too late is told. */
export function useDraftDecision(conversationId: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ draftId, ...body }: DraftDecision & { draftId: string }) => fetchJson<DraftView>(`/api/drafts/${draftId}/decision`, { method: "POST", body }),
    // The buttons go away with the draft; without this the keyboard would begin at the top of the page again.
    onSuccess: () => document.getElementById("content")?.focus(),
    onSettled: () => {
      for (const queryKey of [["conversation", conversationId], ["conversations"], ["handoffs"], ["status"]]) void queryClient.invalidateQueries({ queryKey });
    },
  });
}
