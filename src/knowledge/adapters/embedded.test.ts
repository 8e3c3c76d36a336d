import { after } from "node:test";
import { searchIndexContract } from "../search-index.contract.ts";
import { createEmbeddedIndex } from "./embedded.ts";

const index = createEmbeddedIndex({ threads: 2 });
after(() => index.close());

searchIndexContract("embedded", () => index);
