import { defineTool } from "baton/tools";
import { z } from "zod";
import { countOwnOrders } from "../orders/order.store.ts";
import { formatDate } from "../orders/wording.ts";

const customer = z.object({
  name: z.string(),
  email: z.string(),
  address: z.string(),
  country: z.string(),
  loyaltyPoints: z.number().int(),
  customerSince: z.string(),
  orderCount: z.number().int(),
});

export default defineTool({
  name: "find_customer",
  purpose: "Looks up the contact's own customer record: name, email, home address, Trail Club points and number of orders.",
  risk: "read",
  idempotency: "natural",
  needsVerifiedContact: true,
  timeoutMs: 3_000,
  input: z.object({}),
  output: customer,
  describe: () => "Look up your customer record.",
  async run(_input, { contact, sql }) {
    const [row] = await sql.query(
      `select name, email, street || ', ' || postal_code || ' ' || city as address, country, loyalty_points as "loyaltyPoints",
         to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "customerSince"
       from shop.customers where lower(email) = lower($1)`,
      [contact.email],
    );
    if (row === undefined) return { kind: "not_found", say: "I could not find a customer account for your email address." };
    const output = customer.parse({ ...row, orderCount: await countOwnOrders(sql, contact) });
    return {
      kind: "ok",
      output,
      say:
        `You are registered as ${output.name} (${output.email}), ${output.address}, and have been a customer since ${formatDate(output.customerSince)}. ` +
        `You have ${output.loyaltyPoints} Trail Club points and ${output.orderCount} ${output.orderCount === 1 ? "order" : "orders"} with us.`,
    };
  },
});
