/** The value that the record itself has under this name: `constructor` and `toString` are found in every object, and mean nothing. */
export function ownValue<Value>(record: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
