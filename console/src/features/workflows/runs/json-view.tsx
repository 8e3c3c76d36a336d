import { KeyValues } from "../../../ui/key-values.tsx";

/** Any JSON value: an object as names and values, a list of objects or a deep value indented. */
export function JsonView({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <p className="text-xs text-ink-faint">Nothing.</p>;
  if (isRecord(value)) return Object.keys(value).length === 0 ? <p className="text-xs text-ink-faint">Nothing.</p> : <KeyValues values={value} isCode />;
  if (typeof value !== "object") return <p className="text-xs break-words whitespace-pre-wrap text-ink-soft">{String(value)}</p>;
  return <pre className="font-mono text-2xs break-words whitespace-pre-wrap text-ink-soft">{JSON.stringify(value, null, 2)}</pre>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
