import { z } from "zod";

const REFERENCE = /^\$\{secret:([A-Za-z][A-Za-z0-9_.-]{0,63})\}$/;

/** A whole value that is a secret, `${secret:shop_database}`, read as its name; the value itself never stands in a file. */
export const secretReference = z.string().regex(REFERENCE, "a reference such as ${secret:shop_database}; the value itself never stands in the file").transform((text) => REFERENCE.exec(text)?.[1] ?? "");
