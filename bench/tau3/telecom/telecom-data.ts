import { join } from "node:path";
import { z } from "zod";
import { goldTask, readJsonLines, readText, type Change, type GoldTask } from "../data-set.ts";
import type { State } from "../record.store.ts";
import { carrierShape, suspendForBill, withLine, type Carrier } from "./carrier.ts";
import { phoneShape, searchNetwork, withDevice, withPermission, type Phone } from "./phone.ts";
import { readToml } from "./read-toml.ts";

const begun = z.object({ func_name: z.string(), arguments: z.record(z.string(), z.unknown()) });
const taskShape = z.array(z.object({ id: z.string(), initial_state: z.object({ initialization_actions: z.array(begun).nullish() }) }));

export type TelecomData = { tasks: GoldTask[]; stateOf(taskId: string): State };

/** The carrier's lists stand as records of `carrier`, the phone as `user/device`. Their paths in the data set begin below these. */
export async function readTelecom(folder: string): Promise<TelecomData> {
  const path = join(folder, "tau3", "telecom");
  const carrier = carrierShape.parse(readToml(await readText(path, "db.toml")));
  const phone = phoneShape.parse(readToml(await readText(path, "user_db.toml")));
  const beginnings = new Map(taskShape.parse(JSON.parse(await readText(path, "tasks_small.json"))).map(({ id, initial_state }) => [id, initial_state.initialization_actions ?? []]));
  const gold = await readJsonLines(goldTask, path, "gold.small.jsonl.gz");
  return {
    tasks: gold.map((task) => ({ ...task, gold_db_sha256: undefined, db_diff: [...task.db_diff.map((each) => under("/carrier", each)), ...(task.user_db_diff ?? []).map((each) => under("/user", each))] })),
    stateOf(taskId) {
      const start = (beginnings.get(taskId) ?? []).reduce<Start>((state, { func_name, arguments: given }) => begin(state, func_name, given), { carrier, phone });
      const { surroundings, device } = start.phone;
      return { carrier: { ...start.carrier }, user: { device }, phone: { surroundings } };
    },
  };
}

function under(root: string, { path, ...change }: Change): Change {
  return { ...change, path: `${root}${path}` };
}

type Start = { carrier: Carrier; phone: Phone };

const onLine = z.object({ customer_id: z.string(), line_id: z.string() });

/** How a task makes its trouble before it begins. Throws on a way that is not known here. */
function begin(state: Start, name: string, given: Record<string, unknown>): Start {
  const { carrier, phone } = state;
  const onPhone = (changed: Phone): Start => ({ carrier, phone: changed });
  const { surroundings, device } = phone;
  switch (name) {
    case "set_user_info": return state;
    case "set_user_location": return onPhone({ ...phone, surroundings: { ...surroundings, isAbroad: given["abroad"] === true } });
    case "turn_roaming_off": return onPhone(withDevice(phone, { roaming_enabled: false }, true));
    case "turn_roaming_on": return onPhone(withDevice(phone, { roaming_enabled: true }, true));
    case "turn_data_off": return onPhone(withDevice(phone, { data_enabled: false }, true));
    case "turn_airplane_mode_on": return onPhone(withDevice(phone, { airplane_mode: true }, true));
    case "turn_data_saver_mode_on": return onPhone(withDevice(phone, { data_saver_mode: true }));
    case "set_network_mode_preference": return onPhone(withDevice(phone, { network_mode_preference: phoneShape.shape.device.shape.network_mode_preference.parse(given["mode"]) }, true));
    case "set_wifi_calling": return onPhone(withDevice(phone, { wifi_calling_enabled: given["enabled"] === true, wifi_calling_mms_over_wifi: given["mms_over_wifi"] === true }));
    case "break_vpn": return onPhone(withDevice(phone, { vpn_connected: true, vpn_details: { server_address: "192.168.1.1", protocol: "OpenVPN", server_performance: "poor" } }));
    case "unseat_sim_card": return onPhone(withDevice(phone, { sim_card_missing: true }, true));
    case "lock_sim_card": return onPhone(withDevice(phone, { sim_card_status: "locked_pin" }, true));
    case "break_apn_settings": return onPhone(withDevice(phone, { active_apn_settings: { ...device.active_apn_settings, apn_name: "broken" } }, true));
    case "break_apn_mms_setting": return onPhone(withDevice(phone, { active_apn_settings: { ...device.active_apn_settings, mmsc_url: null } }));
    case "remove_app_permission": return onPhone(withPermission(phone, String(given["app_name"]), String(given["permission"]), false) ?? phone);
    case "simulate_network_search": return onPhone(searchNetwork(phone));
    case "enable_roaming": return { phone, carrier: withLine(carrier, onLine.parse(given).line_id, { roaming_enabled: true }) };
    case "disable_roaming": return { phone, carrier: withLine(carrier, onLine.parse(given).line_id, { roaming_enabled: false }) };
    case "set_data_usage": return { phone, carrier: withLine(carrier, onLine.parse(given).line_id, { data_used_gb: z.number().parse(given["data_used_gb"]) }) };
    case "suspend_line_for_overdue_bill": {
      const input = onLine.extend({ new_bill_id: z.string(), contract_ended: z.boolean() }).parse(given);
      return { carrier: suspendForBill(carrier, input), phone: { ...phone, surroundings: { ...surroundings, isLineActive: false } } };
    }
    default: throw new Error(`a task begins with "${name}", which is not known here`);
  }
}
