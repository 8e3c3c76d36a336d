import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ConversationView } from "../../../../src/shapes/conversation.ts";
import { fetchJson } from "../../lib/fetch-json.ts";
import { conversationQuery } from "./conversation-queries.ts";

type ConversationAction = "takeover" | "handback" | "resolve";

/** Takes a conversation over, hands it back or resolves its case, and refreshes whatever shows it. */
export function useConversationAction() {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ conversationId, action }: { conversationId: string; action: ConversationAction }) =>
      fetchJson<ConversationView>(`/api/conversations/${conversationId}/${action}`, { method: "POST", body: {} }),
    onSuccess: (view) => queryClient.setQueryData(conversationQuery(view.id).queryKey, view),
    onSettled: (_view, _error, { conversationId }) => {
      for (const queryKey of [["conversation", conversationId], ["conversations"], ["handoffs"], ["status"]]) void queryClient.invalidateQueries({ queryKey });
    },
  });
}
