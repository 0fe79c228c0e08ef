// Times are UTC on the wire (RFC 3339) and the viewer's own on the page.

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

export const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
export const show = (text) => moment.format(new Date(text));
export const showDay = (milliseconds) => day.format(new Date(milliseconds));

// Of a day like "2026-12-24", which is UTC's wherever the viewer is.
const date = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
export const showDate = (text) => date.format(new Date(text));

// "2026-12-24T00:00:00Z": no fraction where there is none, as the server writes it.
export const toUtc = (date) => date.toISOString().replace(".000Z", "Z");

const two = (number) => String(number).padStart(2, "0");

// For a field of type datetime-local; "" for null.
export function toField(text) {
  if (!text) return "";
  const at = new Date(text);
  const date = `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const seconds = at.getSeconds() ? `:${two(at.getSeconds())}` : "";
  return `${date}T${two(at.getHours())}:${two(at.getMinutes())}${seconds}`;
}

// Null for an empty field. `was`: the time the field was filled with, which comes back to the millisecond unless the
// field has changed.
export function fromField(value, was = null) {
  if (!value) return null;
  if (was && toField(was) === value) return was;
  const at = new Date(value);
  return Number.isNaN(at.getTime()) ? value : toUtc(at);
}

// In two parts, so that a line can end between them.
export function parts(from, until) {
  if (!from && !until) return ["always"];
  if (!until) return [`from ${show(from)}`];
  return from ? [show(from), `– ${show(until)}`] : [`until ${show(until)}`];
}

export const range = (from, until) => parts(from, until).join(" ");
