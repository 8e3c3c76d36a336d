/** Names of one tool's arguments, each once. */
export type ArgumentNames = { take(name: string, place: string): string };

const MOST_CHARACTERS = 60;

/** A name as models and templates take it: letters, digits and `_`. What is taken already is named after its place: `id`, `query_id`, `query_id_2`. Pure. */
export function createArgumentNames(): ArgumentNames {
  const taken = new Set<string>();
  return {
    take(name, place) {
      const clean = name.replace(/\W+/g, "_").replace(/^_+|_+$/g, "").slice(0, MOST_CHARACTERS) || "value";
      const own = /^\d/.test(clean) ? `_${clean}` : clean;
      const placed = `${place.toLowerCase()}_${clean}`;
      let found = taken.has(own) ? placed : own;
      for (let count = 2; taken.has(found); count += 1) found = `${placed}_${count}`;
      taken.add(found);
      return found;
    },
  };
}

/** A tool's name out of an operation's: `listPets`, `repos/get` or `GET /pets/{id}`. Pure. */
export function toolNameOf({ operationId, method, path }: { operationId: string | null; method: string; path: string }, taken: ReadonlySet<string>): string {
  const text = operationId ?? `${method}_${path}`;
  const snake = text.replace(/([a-z0-9])([A-Z])/g, "$1_$2").replace(/[^A-Za-z0-9]+/g, "_").toLowerCase().replace(/^[^a-z]+|_+$/g, "").slice(0, 56) || "call";
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? snake : `${snake}_${count}`;
    if (!taken.has(name)) return name;
  }
}
