import mysql, { type FieldPacket } from "mysql2";

/** A value of MariaDB or MySQL as `SqlAnswer` says. */
export function readMysqlValue(value: unknown, field: FieldPacket | undefined): unknown {
  if (value === undefined || value === null) return null;
  const type = field?.columnType ?? field?.type;
  if (Buffer.isBuffer(value)) return type === mysql.Types.BIT ? bitsOf(value) : value.toString("base64");
  if (typeof value !== "string") return value;
  if (type === mysql.Types.TIMESTAMP) return `${value.replace(" ", "T")}Z`;
  return type === mysql.Types.DATETIME ? value.replace(" ", "T") : value;
}

function bitsOf(bytes: Buffer): number | string {
  const value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
}

/** Whole numbers go as text: the driver would send a floating-point number, which `limit` does not take. Lists and objects are JSON. */
export function toMysqlParameter(value: unknown): string | number | boolean | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : value;
  return typeof value === "string" || typeof value === "boolean" ? value : JSON.stringify(value);
}
