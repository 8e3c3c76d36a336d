const TOKEN = /(?<comment>\/\/[^\n]*)|(?<annotation>@[a-z_]+)|(?<text>"(?:[^"\\]|\\.)*")|(?<type>[A-Z][A-Za-z]*(?=::)|(?<=\bis )[A-Z][A-Za-z]*)|(?<effect>\b(?:permit|forbid)\b)|(?<keyword>\b(?:when|unless|if|then|else|has|like|in|is|principal|action|resource|context)\b)|(?<value>\b(?:true|false|\d+)\b)/g;

const INKS: Record<string, string> = { comment: "italic text-ink-faint", annotation: "text-ink-faint", text: "text-good", type: "text-warn", effect: "font-semibold text-accent-ink", keyword: "text-accent-ink", value: "text-warn" };

/** A policy as it is written, with the parts of the language in colour. */
export function CedarText({ text, label }: { text: string; label: string }) {
  return (
    <pre tabIndex={0} role="region" aria-label={label} className="overflow-x-auto rounded-lg border border-line bg-canvas px-3.5 py-2.5 font-mono text-xs text-ink">
      {tokensOf(text).map(({ at, part, kind }) => (kind === null ? part : <span key={at} className={INKS[kind]}>{part}</span>))}
    </pre>
  );
}

/** The text cut into coloured and plain parts, in order. */
function tokensOf(text: string): { at: number; part: string; kind: string | null }[] {
  const parts: { at: number; part: string; kind: string | null }[] = [];
  let from = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [kind = null] = Object.entries(match.groups ?? {}).find(([, value]) => value !== undefined) ?? [];
    if (match.index > from) parts.push({ at: from, part: text.slice(from, match.index), kind: null });
    parts.push({ at: match.index, part: match[0], kind });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ at: from, part: text.slice(from), kind: null });
  return parts;
}
