import { AreaField, CheckField, SelectField, TextField } from "../../../ui/fields.tsx";
import { readField, SOURCE_FIELDS, writeField, type SourceField } from "./source-fields.ts";

type SettingFieldsProps = { kind: string; settings: Record<string, unknown>; onChange: (settings: Record<string, unknown>) => void };

/** The settings that belong to one kind of source. */
export function SettingFields({ kind, settings, onChange }: SettingFieldsProps) {
  const fields = SOURCE_FIELDS[kind];
  if (fields === undefined) return <p className="text-xs text-ink-faint">This kind has no form. Its settings stay as they are; change them over HTTP.</p>;
  if (kind === "upload") return <p className="text-xs text-ink-faint">Files are dropped onto the source's page once it is there.</p>;
  return fields.map((field) => (
    <div key={`${kind} ${field.path}`}>
      <Field field={field} value={readField(settings, field)} onChange={(text) => onChange(writeField(settings, field, text))} />
      {field.hint !== undefined && <p className="mt-1 text-2xs text-ink-faint">{field.hint}</p>}
    </div>
  ));
}

function Field({ field: { label, kind, choices = [], placeholder = "", isRequired = false }, value, onChange }: { field: SourceField; value: string; onChange: (text: string) => void }) {
  if (kind === "check") return <CheckField label={label} isChecked={value === "true"} onChange={(isChecked) => onChange(isChecked ? "true" : "")} />;
  if (kind === "select") return <SelectField label={label} value={value === "" ? (choices[0]?.value ?? "") : value} choices={choices} onChange={onChange} />;
  if (kind === "list") return <AreaField label={`${label} (one a line)`} value={value} onChange={onChange} placeholder={placeholder} isRequired={isRequired} rows={2} />;
  return <TextField label={label} value={value} onChange={onChange} isNumber={kind === "number"} isRequired={isRequired} placeholder={placeholder} />;
}
