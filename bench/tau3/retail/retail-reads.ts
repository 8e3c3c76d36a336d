import { z } from "zod";
import type { Tool } from "../../../src/tools/tool.ts";
import { done, makeTool, notFound } from "../make-tool.ts";
import { findOrder, findProduct, findUser, order, product, user, variant } from "./retail-records.ts";

const domain = "retail";

/** The tools of the shop that only look up. */
export function retailReads(): Tool[] {
  return [
    makeTool({
      domain, name: "find_user_id_by_email", purpose: "Finds a customer by mail address.", risk: "read", input: z.strictObject({ email: z.string() }), output: z.string(),
      run: async ({ email }, records) => {
        const found = (await records.list("users")).find(({ body }) => user.parse(body).email.toLowerCase() === email.toLowerCase());
        return found === undefined ? notFound("User not found") : done(found.key);
      },
    }),
    makeTool({
      domain, name: "find_user_id_by_name_zip", purpose: "Finds a customer by name and zip code.", risk: "read", input: z.strictObject({ first_name: z.string(), last_name: z.string(), zip: z.string() }), output: z.string(),
      run: async (asked, records) => {
        const isSame = (left: string, right: string) => left.toLowerCase() === right.toLowerCase();
        const found = (await records.list("users")).map(({ body }) => user.parse(body)).find(({ name, address }) => isSame(name.first_name, asked.first_name) && isSame(name.last_name, asked.last_name) && address.zip === asked.zip);
        return found === undefined ? notFound("User not found") : done(found.user_id);
      },
    }),
    makeTool({
      domain, name: "get_order_details", purpose: "Looks up an order.", risk: "read", input: z.strictObject({ order_id: z.string() }), output: order,
      run: async ({ order_id }, records) => toResult(await findOrder(records, order_id), "Order not found"),
    }),
    makeTool({
      domain, name: "get_product_details", purpose: "Looks up a product with its variants.", risk: "read", input: z.strictObject({ product_id: z.string() }), output: product,
      run: async ({ product_id }, records) => toResult(await findProduct(records, product_id), "Product not found"),
    }),
    makeTool({
      domain, name: "get_item_details", purpose: "Looks up one variant of a product.", risk: "read", input: z.strictObject({ item_id: z.string() }), output: variant,
      run: async ({ item_id }, records) => {
        const products = (await records.list("products")).map(({ body }) => product.parse(body));
        return toResult(products.map(({ variants }) => variants[item_id]).find((each) => each !== undefined) ?? null, "Item not found");
      },
    }),
    makeTool({
      domain, name: "get_user_details", purpose: "Looks up a customer.", risk: "read", input: z.strictObject({ user_id: z.string() }), output: user,
      run: async ({ user_id }, records) => toResult(await findUser(records, user_id), "User not found"),
    }),
    makeTool({
      domain, name: "list_all_product_types", purpose: "Lists the names and ids of all products.", risk: "read", input: z.strictObject({}), output: z.record(z.string(), z.string()),
      run: async (_input, records) => {
        const products = (await records.list("products")).map(({ body }) => product.parse(body)).sort((left, right) => (left.name < right.name ? -1 : 1));
        return done(Object.fromEntries(products.map(({ name, product_id }) => [name, product_id])));
      },
    }),
  ];
}

function toResult<Found>(found: Found | null, message: string) {
  return found === null ? notFound(message) : done(found);
}
