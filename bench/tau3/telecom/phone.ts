import { z } from "zod";

const modes = z.enum(["4g_5g_preferred", "4g_only", "3g_only", "2g_only"]);
const permissions = z.object({ sms: z.boolean(), storage: z.boolean(), phone: z.boolean(), network: z.boolean() });

/** A customer's phone. `isLineActive`: what the carrier has told it of its line. */
export const phoneShape = z.object({
  device: z.looseObject({
    sim_card_status: z.string(), sim_card_missing: z.boolean(), airplane_mode: z.boolean(), network_signal_strength: z.string(), network_technology_connected: z.string(), network_connection_status: z.string(),
    battery_level: z.number(), data_enabled: z.boolean(), roaming_enabled: z.boolean(), network_mode_preference: modes, wifi_calling_enabled: z.boolean(), wifi_calling_mms_over_wifi: z.boolean(), data_saver_mode: z.boolean(),
    vpn_connected: z.boolean(), vpn_details: z.record(z.string(), z.string()).nullable().default(null),
    active_apn_settings: z.object({ apn_name: z.string(), mms_apn: z.string().nullable(), mmsc_url: z.string().nullable() }), app_statuses: z.record(z.string(), z.object({ app_name: z.string(), permissions })),
  }),
  surroundings: z.object({ isLineActive: z.boolean(), isAbroad: z.boolean(), hasPaymentRequest: z.boolean(), willResetApn: z.boolean() }).default({ isLineActive: true, isAbroad: false, hasPaymentRequest: false, willResetApn: false }),
});

export type Phone = z.output<typeof phoneShape>;
type Device = Phone["device"];

const DEFAULT_APN = { apn_name: "internet", mms_apn: "mms", mmsc_url: "http://mms.carrier.com/mms/wapenc" };
const NETWORKS: Readonly<Record<Device["network_mode_preference"], [signal: string, technology: string]>> = { "4g_5g_preferred": ["excellent", "5G"], "4g_only": ["good", "4G"], "3g_only": ["fair", "3G"], "2g_only": ["poor", "2G"] };
const BARS: Readonly<Record<string, string>> = { excellent: "📶⁴ Excellent", good: "📶³ Good", fair: "📶² Fair", poor: "📶¹ Poor" };

/** The phone with some of its settings changed; `isSearching`: it then looks for a network. */
export function withDevice(phone: Phone, change: Partial<Device>, isSearching = false): Phone {
  const changed: Phone = { ...phone, device: { ...phone.device, ...change } };
  return isSearching ? searchNetwork(changed) : changed;
}

/** What the phone finds: nothing without a working SIM, line, access point and radio; otherwise the best its setting allows. */
export function searchNetwork(phone: Phone): Phone {
  const { device, surroundings } = phone;
  const canConnect = !device.sim_card_missing && device.sim_card_status === "active" && !device.airplane_mode && device.active_apn_settings.apn_name !== "broken" && surroundings.isLineActive;
  const [signal, technology] = canConnect ? NETWORKS[device.network_mode_preference] : ["none", "none"];
  return { ...phone, device: { ...device, network_signal_strength: signal, network_technology_connected: technology, network_connection_status: canConnect ? "connected" : "no_service" } };
}

/** The icons at the top of the screen, as the phone's answers end. */
export function statusBar({ device }: Phone): string {
  const bars = BARS[device.network_signal_strength];
  const hasData = bars !== undefined && device.data_enabled;
  const parts = [bars ?? "📵 No Signal", ...(bars === undefined ? [] : [device.network_technology_connected]), hasData ? "📱 Data Enabled" : "📵 Data Disabled", `🔋 ${device.battery_level}%`];
  return `Status Bar: ${parts.join(" | ")}`;
}

/** What the phone does when it starts: settings that wait for it are set, and the network is searched. */
export function reboot(phone: Phone): { phone: Phone; say: string } {
  const { willResetApn } = phone.surroundings;
  const reset: Phone = willResetApn ? { ...withDevice(phone, { active_apn_settings: DEFAULT_APN }), surroundings: { ...phone.surroundings, willResetApn: false } } : phone;
  return { phone: searchNetwork(reset), say: `${willResetApn ? "Resetting APN settings...\n" : ""}Restarting network services...` };
}

/** The phone with one permission of an app changed; null when there is no such app or permission. */
export function withPermission(phone: Phone, appName: string, permission: string, isGranted: boolean): Phone | null {
  const app = phone.device.app_statuses[appName];
  const name = permissions.keyof().safeParse(permission);
  if (app === undefined || !name.success) return null;
  return withDevice(phone, { app_statuses: { ...phone.device.app_statuses, [appName]: { ...app, permissions: { ...app.permissions, [name.data]: isGranted } } } });
}
