import { Link } from "@tanstack/react-router";
import { Fragment } from "react";

/** Ids of policies, each leading to its text. Rules of the ladder lead to the ladder; what nothing on this page explains stands alone. */
export function RuleLinks({ ids, known }: { ids: readonly string[]; known: ReadonlySet<string> }) {
  return ids.map((id, index) => <Fragment key={id}>{index > 0 && ", "}<RuleLink id={id} isKnown={known.has(id)} /></Fragment>);
}

const LINK = "font-mono text-2xs text-accent-ink underline underline-offset-2 break-all";

function RuleLink({ id, isKnown }: { id: string; isKnown: boolean }) {
  if (isKnown) return <Link to="/policies" search={{ tab: "rules", rule: id }} className={LINK}>{id}</Link>;
  if (id.startsWith("autonomy.")) return <Link to="/policies" className={LINK}>{id}</Link>;
  return <span className="font-mono text-2xs break-all">{id}</span>;
}
