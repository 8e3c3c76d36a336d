import { Actor } from "../../identity/actor.tsx";

/** Who changed the ladder. */
export function MovedBy({ by }: { by: string }) {
  if (by === "system:autonomy") return "its measure";
  return by === "cli" ? "the command line" : <Actor id={by} />;
}
