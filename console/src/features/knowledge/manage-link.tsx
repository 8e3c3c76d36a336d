import { Link } from "@tanstack/react-router";
import type { Citation } from "../../../../src/shapes/conversation.ts";
import { useSession } from "../identity/session.ts";

/** From a citation to the document among all others, for those who keep the knowledge. */
export function ManageLink({ citation: { documentId, quote, heading } }: { citation: Citation }) {
  if (useSession()?.user.role !== "admin") return null;
  return <p className="px-5 pb-5 text-xs"><Link to="/knowledge/documents/$documentId" params={{ documentId }} search={{ quote: quote.slice(0, 600), heading }} className="text-accent-ink underline underline-offset-2">Open the document</Link></p>;
}
