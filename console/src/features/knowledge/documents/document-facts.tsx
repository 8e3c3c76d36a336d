import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { ManagedDocumentView } from "../../../../../src/shapes/knowledge.ts";
import { formatFull } from "../../../lib/format.ts";
import { safeAddress } from "../../../lib/inline-text.ts";
import { Badge } from "../../../ui/badge.tsx";
import { Section } from "../../../ui/section.tsx";
import { fileAddress } from "../knowledge-queries.ts";
import { sayLanguage } from "../knowledge-words.ts";

/** Where it comes from, who may see it, and the way to the original. */
export function DocumentFacts({ document }: { document: ManagedDocumentView }) {
  return (
    <Section title="About this document">
      <dl className="grid grid-cols-[5.5rem_minmax(0,1fr)] gap-x-3 gap-y-1.5 text-xs">
        <Fact name="Source"><Link to="/knowledge/sources/$sourceName" params={{ sourceName: document.sourceId }} className="text-accent-ink underline underline-offset-2">{document.sourceId}</Link></Fact>
        <Fact name="Original"><Original document={document} /></Fact>
        <Fact name="Audience"><span className="flex flex-wrap gap-1">{document.audience.map((audience) => <Badge key={audience}>{audience}</Badge>)}</span></Fact>
        <Fact name="Language">{sayLanguage(document.language)}</Fact>
        {document.product !== null && <Fact name="Product">{document.product}</Fact>}
        {document.brand !== null && <Fact name="Brand">{document.brand}</Fact>}
        <Fact name="Format">{document.format}</Fact>
        <Fact name="Changed"><time dateTime={document.updatedAt}>{formatFull(document.updatedAt)}</time></Fact>
        <Fact name="Chunks">{document.chunks.length.toLocaleString("en")}</Fact>
      </dl>
    </Section>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-ink-faint">{name}</dt>
      <dd className="min-w-0 break-words text-ink-soft">{children}</dd>
    </>
  );
}

function Original({ document: { uri, sourceId, path } }: { document: ManagedDocumentView }) {
  const address = uri === null ? null : safeAddress(uri);
  const link = "text-accent-ink underline underline-offset-2 break-all";
  if (address !== null) return <a href={address} target="_blank" rel="noreferrer" className={link}>{address}</a>;
  if (uri !== null) return <span className="break-all">{uri}</span>;
  const file = path.startsWith(`${sourceId}:`) ? path.slice(sourceId.length + 1) : null;
  return file === null ? <span className="break-all">{path}</span> : <a href={fileAddress(sourceId, file)} download={file} className={link}>{file}</a>;
}
