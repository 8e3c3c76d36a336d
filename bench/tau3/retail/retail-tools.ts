import type { Tool } from "../../../src/tools/tool.ts";
import { generalTools } from "../general-tools.ts";
import { retailItems } from "./retail-items.ts";
import { retailReads } from "./retail-reads.ts";
import { retailWrites } from "./retail-writes.ts";

export function retailTools(): Tool[] {
  return [...retailReads(), ...retailWrites(), ...retailItems(), ...generalTools("retail")];
}
