import { z } from "zod";
import type { RiskClass } from "../../../src/tools/define-tool.ts";
import type { Tool, ToolResult } from "../../../src/tools/tool.ts";
import { generalTools } from "../general-tools.ts";
import { done, makeTool, notFound, refused } from "../make-tool.ts";
import { floatText } from "../python-number.ts";
import type { Records } from "../record.store.ts";
import { carrierShape, lineOf, lineShape, refuel, withBill, withLine, type Carrier, type Line } from "./carrier.ts";
import { phoneShape, reboot, searchNetwork, statusBar, withDevice, withPermission, type Phone } from "./phone.ts";

const domain = "telecom";
const ofLine = z.strictObject({ customer_id: z.string(), line_id: z.string() });

/** The carrier's tools and those on the customer's own phone, as far as the reference calls use them. */
export function telecomTools(): Tool[] {
  return [...carrierTools(), ...phoneTools(), ...generalTools(domain)];
}

function carrierTools(): Tool[] {
  return [
    lineTool("enable_roaming", "Lets a line be used abroad.", ofLine, z.string(), (_input, carrier, line) => ({ carrier: withLine(carrier, line.line_id, { roaming_enabled: true }), output: "Roaming enabled successfully" })),
    lineTool("disable_roaming", "Keeps a line from being used abroad.", ofLine, z.string(), (_input, carrier, line) => ({ carrier: withLine(carrier, line.line_id, { roaming_enabled: false }), output: "Roaming disabled successfully" })),
    lineTool("resume_line", "Resumes a suspended line.", ofLine, z.object({ message: z.string(), line: lineShape }), (_input, carrier, line) => {
      if (line.status !== "Suspended" && line.status !== "Pending Activation") return refused("Line must be suspended to resume");
      const resumed = { ...line, status: "Active", suspension_start_date: null };
      return { carrier: withLine(carrier, line.line_id, resumed), output: { message: "Line resumed successfully", line: resumed } };
    }),
    lineTool("refuel_data", "Adds data to a line, which goes onto the bill.", ofLine.extend({ gb_amount: z.number().positive() }), z.object({ message: z.string(), new_data_refueling_gb: z.string(), charge: z.string() }), (input, carrier, line) => {
      const added = line.status === "Active" ? refuel(carrier, input.customer_id, line, input.gb_amount) : null;
      if (added === null) return refused("Line must be active to refuel data");
      const words = (value: number) => floatText(value);
      return {
        carrier: added.carrier,
        output: { message: `Successfully added ${words(input.gb_amount)} GB of data for line ${line.line_id} for $${added.charge.toFixed(2)}`, new_data_refueling_gb: words(line.data_refueling_gb + input.gb_amount), charge: words(added.charge) },
      };
    }),
    makeTool({
      domain, name: "send_payment_request", purpose: "Asks the customer to pay a bill.", risk: "write", input: z.strictObject({ customer_id: z.string(), bill_id: z.string() }), output: z.string(),
      run: async ({ customer_id, bill_id }, records) => {
        const carrier = await readCarrier(records);
        const isTheirs = carrier.customers.find((each) => each.customer_id === customer_id)?.bill_ids.includes(bill_id) === true;
        if (!isTheirs) return notFound("Bill not found");
        if (carrier.bills.some((each) => each.customer_id === customer_id && each.status === "Awaiting Payment")) return refused("A bill is already awaiting payment for this customer");
        await writeCarrier(records, withBill(carrier, bill_id, { status: "Awaiting Payment" }));
        return done(`Payment request sent to the customer for bill ${bill_id}`);
      },
    }),
  ];
}

type Changed<Output> = { carrier: Carrier; output: Output } | Extract<ToolResult<never>, { kind: "refused" | "not_found" }>;

function lineTool<Input extends z.ZodType<{ customer_id: string; line_id: string }>, Output extends z.ZodType>(name: string, purpose: string, input: Input, output: Output, change: (input: z.output<Input>, carrier: Carrier, line: Line) => Changed<z.output<Output>> | ToolResult<never>): Tool {
  return makeTool({
    domain, name, purpose, risk: "write", input, output,
    run: async (given, records): Promise<ToolResult<z.output<Output>>> => {
      const carrier = await readCarrier(records);
      const line = lineOf(carrier, given.customer_id, given.line_id);
      if (line === null) return notFound("Line not found");
      const changed = change(given, carrier, line);
      if ("kind" in changed) return changed;
      await writeCarrier(records, changed.carrier);
      return done(changed.output);
    },
  });
}

function phoneTools(): Tool[] {
  return [
    toggle("toggle_roaming", "roaming_enabled", "Data Roaming", true), toggle("toggle_data", "data_enabled", "Mobile Data", true), toggle("toggle_airplane_mode", "airplane_mode", "Airplane Mode", true),
    toggle("toggle_data_saver_mode", "data_saver_mode", "Data Saver Mode", false), toggle("toggle_wifi_calling", "wifi_calling_enabled", "Wi-Fi Calling", false),
    phoneTool("set_network_mode_preference", z.strictObject({ mode: phoneShape.shape.device.shape.network_mode_preference }), ({ mode }, phone) => ({ phone: withDevice(phone, { network_mode_preference: mode }, true), say: `Preferred Network Mode set to: ${mode}` })),
    phoneTool("disconnect_vpn", z.strictObject({}), (_input, phone) => (phone.device.vpn_connected ? { phone: withDevice(phone, { vpn_connected: false, vpn_details: null }), say: "VPN disconnected successfully." } : { phone, say: "No active VPN connection to disconnect." })),
    phoneTool("reseat_sim_card", z.strictObject({}), (_input, phone) => ({ phone: withDevice(phone, { sim_card_missing: false }, true), say: "SIM card re-seated successfully." })),
    phoneTool("reset_apn_settings", z.strictObject({}), (_input, phone) => ({ phone: searchNetwork({ ...phone, surroundings: { ...phone.surroundings, willResetApn: true } }), say: "APN settings will reset at reboot." })),
    phoneTool("reboot_device", z.strictObject({}), (_input, phone) => reboot(phone)),
    phoneTool("grant_app_permission", z.strictObject({ app_name: z.string(), permission: z.string() }), ({ app_name, permission }, phone) => {
      const changed = withPermission(phone, app_name, permission, true);
      return changed === null ? null : { phone: changed, say: `Success. Permission '${permission}' granted to app '${app_name}'.` };
    }),
    makeTool({
      domain, name: "make_payment", purpose: "Pays the bill that was asked for.", risk: "money", input: z.strictObject({}), output: z.string(),
      run: async (_input, records) => done((await readPhone(records)).surroundings.hasPaymentRequest ? "Payment successful." : "You do not have a payment request."),
    }),
  ];
}

function toggle(name: string, setting: "roaming_enabled" | "data_enabled" | "airplane_mode" | "data_saver_mode" | "wifi_calling_enabled", words: string, isSearching: boolean): Tool {
  return phoneTool(name, z.strictObject({}), (_input, phone) => ({ phone: withDevice(phone, { [setting]: !phone.device[setting] }, isSearching), say: `${words} is now ${phone.device[setting] ? "OFF" : "ON"}.` }));
}

function phoneTool<Input extends z.ZodType<Record<string, unknown>>>(name: string, input: Input, change: (input: z.output<Input>, phone: Phone) => { phone: Phone; say: string } | null): Tool {
  const risk: RiskClass = "write";
  return makeTool({
    domain, name, purpose: `On the customer's phone: ${name.replaceAll("_", " ")}.`, risk, input, output: z.string(),
    run: async (given, records) => {
      const changed = change(given, await readPhone(records));
      if (changed === null) return notFound("Not on this phone.");
      await records.put("user", "device", changed.phone.device);
      await records.put("phone", "surroundings", changed.phone.surroundings);
      return done(`${changed.say}\n${statusBar(changed.phone)}`);
    },
  });
}

async function readPhone(records: Records): Promise<Phone> {
  return phoneShape.parse({ device: await records.find("user", "device", true), surroundings: await records.find("phone", "surroundings", true) });
}

async function readCarrier(records: Records): Promise<Carrier> {
  const list = async (name: string) => records.find("carrier", name, true);
  return carrierShape.parse({ plans: await list("plans"), lines: await list("lines"), bills: await list("bills"), customers: await list("customers") });
}

async function writeCarrier(records: Records, { lines, bills }: Carrier): Promise<void> {
  await records.put("carrier", "lines", lines);
  await records.put("carrier", "bills", bills);
}
