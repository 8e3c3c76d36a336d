import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { messageOf } from "../../lib/app-error.ts";
import { declarationInvalid } from "../tools.errors.ts";
import { connectorFaults } from "./check-connector.ts";
import { connectorFile, type Connector } from "./connector.ts";

const FOLDER = join(import.meta.dirname, "../../../connectors");

let loaded: ReadonlyMap<string, Connector> | null = null;

/** Every connector of `connectors/`, by name. Read once. Throws `tools.declaration_invalid` naming file and place. */
export function loadConnectors(): ReadonlyMap<string, Connector> {
  loaded ??= new Map(readdirSync(FOLDER).filter((file) => file.endsWith(".yaml")).sort().map((file) => {
    const connector = readConnector(`connectors/${file}`, readFileSync(join(FOLDER, file), "utf8"));
    return [connector.name, connector];
  }));
  return loaded;
}

/** A connector out of its file. Throws `tools.declaration_invalid`. */
export function readConnector(file: string, text: string): Connector {
  let data: unknown;
  try {
    data = parse(text, { maxAliasCount: 100, merge: true });
  } catch (error) {
    throw declarationInvalid({ message: `${file}: ${messageOf(error)}`, cause: error });
  }
  const read = connectorFile.safeParse(data);
  if (!read.success) throw declarationInvalid({ message: `${file}:\n${z.prettifyError(read.error)}` });
  const faults = connectorFaults(read.data);
  if (faults.length > 0) throw declarationInvalid({ message: faults.map((fault) => `${file}: ${fault}`).join("\n"), details: { faults } });
  return read.data;
}
