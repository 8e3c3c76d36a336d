import { useQuery } from "@tanstack/react-query";
import type { ConversationView } from "../../../../src/shapes/conversation.ts";
import { sayProblem } from "../../lib/fetch-json.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Badge } from "../../ui/badge.tsx";
import { LoadingRows, Problem } from "../../ui/feedback.tsx";
import { VerifiedIcon } from "../../ui/icons.tsx";
import { Section } from "../../ui/section.tsx";
import { PrivacySection } from "../privacy/privacy-section.tsx";
import { CasesSection } from "./cases-section.tsx";
import { nameOf, recordsQuery } from "./conversation-queries.ts";
import { RecordList } from "./record-list.tsx";

/** Who the contact is, what they bought and which cases they had. */
export function CustomerPanel({ conversation }: { conversation: ConversationView }) {
  const { contact } = conversation;
  const records = useQuery(recordsQuery(conversation.id));
  return (
    <>
      <div className="flex items-center gap-3 border-b border-line px-5 py-4">
        <Avatar name={contact.name} size="size-10" />
        <div className="min-w-0">
          <p className="truncate font-medium">{nameOf(contact)}</p>
          {contact.name !== null && contact.email !== null && <p className="truncate text-xs text-ink-faint">{contact.email}</p>}
          <p className="mt-1 flex flex-wrap gap-1.5">
            {contact.isVerified ? <Badge tone="good"><VerifiedIcon className="size-3" />Verified</Badge> : <Badge tone="warn">Not verified</Badge>}
            {contact.externalId !== null && <Badge>{contact.externalId}</Badge>}
          </p>
        </div>
      </div>
      <CasesSection conversation={conversation} />
      <Section title={records.data?.title ?? "Records"}>
        {records.isPending && <LoadingRows count={2} label="Loading records" className="h-8" />}
        {records.isError && <Problem text={sayProblem(records.error)} onRetry={() => void records.refetch()} />}
        {records.isSuccess && <RecordList panel={records.data} />}
      </Section>
      <PrivacySection contactId={contact.id} />
    </>
  );
}
