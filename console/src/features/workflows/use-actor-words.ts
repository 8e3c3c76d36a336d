import { useSession } from "../identity/session.ts";
import { sayActor } from "./workflow-words.ts";

/** Who did it, in words; the person who is signed in is "you". */
export function useActorWords(): (actor: string) => string {
  const userId = useSession()?.user.id;
  return (actor) => (userId !== undefined && actor === `user:${userId}` ? "you" : sayActor(actor));
}
