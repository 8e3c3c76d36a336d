import assert from "node:assert/strict";
import { test } from "node:test";
import { measureVolume, VOLUME_RULES } from "./measure-volume.ts";

const none = [null, null, null, null, null, null];

test("twice the usual of this hour of the week is a spike", () => {
  const counts = { observed: 60, weeks: [100, 120, 110, 90, null, null, null, null], days: [500, 500, 500, 500, 500, 500] };
  assert.deepEqual(measureVolume(counts, VOLUME_RULES), { observed: 60, usual: 26.25, basis: "hour_of_week", isSpike: true });
  assert.equal(measureVolume({ ...counts, observed: 50 }, VOLUME_RULES)?.isSpike, false);
});

test("a busy hour that is always busy is none", () => {
  assert.equal(measureVolume({ observed: 210, weeks: [800, 820, 790], days: none }, VOLUME_RULES)?.isSpike, false);
});

test("few messages are no spike, however many times the usual", () => {
  assert.equal(measureVolume({ observed: 19, weeks: [0, 0, 0], days: none }, VOLUME_RULES)?.isSpike, false);
  assert.equal(measureVolume({ observed: 20, weeks: [0, 0, 0], days: none }, VOLUME_RULES)?.isSpike, true);
});

test("twice as many that chance alone would explain are none", () => {
  assert.equal(measureVolume({ observed: 8, weeks: [16, 16], days: none }, { ...VOLUME_RULES, minMessages: 1 })?.isSpike, false);
});

test("without two weeks of history the hour of the day counts, without two days nothing is said", () => {
  assert.equal(measureVolume({ observed: 60, weeks: [4], days: [100, 100, null] }, VOLUME_RULES)?.basis, "hour_of_day");
  assert.equal(measureVolume({ observed: 900, weeks: [4], days: [100] }, VOLUME_RULES), null);
});
