import { defineTool } from "baton/tools";
import { z } from "zod";

const output = z.object({ name: z.string(), employeeNumber: z.string(), department: z.string(), manager: z.string() });

export default defineTool({
  name: "get_employee", purpose: "Looks up the employee who writes, with their manager.", risk: "read", idempotency: "natural", needsVerifiedContact: true, timeoutMs: 3_000,
  input: z.object({}),
  output,
  describe: () => "Look up your employee record.",
  async run(_input, { contact, sql }) {
    const [row] = await sql.query(`select name, employee_number as "employeeNumber", department, manager from directory.employees where email = lower($1)`, [contact.email]);
    return row === undefined ? { kind: "not_found", say: "You are not in the directory of employees." } : { kind: "ok", output: output.parse(row), say: "You are in the directory." };
  },
});
