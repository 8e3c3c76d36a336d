import { useQuery } from "@tanstack/react-query";
import { actorNameQuery } from "./actor-query.ts";
import { namedActor, sayActor } from "./actor-words.ts";
import { useSession } from "./session.ts";

/** Who did it, by name; the id shows on hover. The person who is signed in is "you". */
export function Actor({ id }: { /** As the ledger or a run names it: `user:…`, `turn`. */ id: string }) {
  const userId = useSession()?.user.id;
  const named = namedActor(id);
  const name = useQuery(actorNameQuery(named?.id ?? null)).data ?? null;
  if (named === null) return sayActor(id, null);
  // Above a link that covers its whole line, which would take the hover.
  return <span title={id} className="relative">{named.id === `user:${userId ?? ""}` ? "you" : sayActor(id, name)}</span>;
}
