// What visitors read: now, next and in the time to come; and at any other time, for any language.
import { get } from "/ui/api.js";
import { byId, element, say } from "/ui/dom.js";
import { fromField, range, show, showDay, toField, toUtc } from "/ui/time.js";

const DAY = 86400000;
const TICKS = 5;
const COLOURS = 6;
const LONGEST_TIMER = 2 ** 31 - 1;

const seen = byId("seen");
const preview = byId("preview");
const bar = byId("timeline");
let segments = [];
let asked = 0; // counts questions, so that a late answer does not replace a newer one's
let nextLook;

// The same greeting has the same colour, the next one another.
function colours(all) {
  const ids = [...new Set(all.map((segment) => segment.greeting_id))].filter((id) => id !== null);
  return (id) => (id === null ? "own" : `c${ids.indexOf(id) % COLOURS}`);
}

const whose = (segment) => segment.greeting_id ?? "the customer’s own text";

function showDetails(index) {
  const segment = segments[index];
  if (!segment) return;
  byId("segment-time").textContent = range(segment.from, segment.until);
  byId("segment-text").textContent = segment.response;
  const edit = byId("segment-edit");
  edit.hidden = segment.greeting_id === null;
  edit.textContent = `Open ${segment.greeting_id}`;
  edit.dataset.id = segment.greeting_id ?? "";
  for (const [i, item] of [...bar.children].entries()) {
    item.firstChild.tabIndex = i === index ? 0 : -1; // one stop for the Tab key, arrow keys within
    item.classList.toggle("shown", i === index);
  }
}

function drawSegment(segment, index, colour) {
  const label = `${range(segment.from, segment.until)}: ${segment.response} (${whose(segment)})`;
  const button = element("button", { type: "button", "aria-label": label, dir: "auto" }, segment.response);
  button.addEventListener("focus", () => showDetails(index));
  button.addEventListener("mouseenter", () => showDetails(index));
  button.addEventListener("click", () => showDetails(index));
  const item = element("li", { className: colour }, button);
  item.style.flexGrow = String(Math.max(1, (new Date(segment.until) - new Date(segment.from)) / 60000));
  return item;
}

function drawAxis(from, until) {
  byId("axis").replaceChildren(...Array.from({ length: TICKS }, (_, i) =>
    element("span", {}, showDay(from + ((until - from) * i) / (TICKS - 1)))));
}

function drawMoments() {
  const [now, next] = segments;
  byId("now").textContent = now.response;
  byId("now-until").textContent = `${whose(now)}${next ? `, until ${show(now.until)}` : ""}`;
  byId("next").textContent = next?.response ?? "The same";
  byId("next-from").textContent = next
    ? `${whose(next)}, from ${show(next.from)}`
    : `nothing changes until ${show(now.until)}, or later`;
}

function draw(timeline) {
  const kept = bar.contains(document.activeElement) ? [...bar.children].indexOf(document.activeElement.parentNode) : -1;
  segments = timeline.segments;
  const colour = colours(segments);
  bar.replaceChildren(...segments.map((segment, index) => drawSegment(segment, index, colour(segment.greeting_id))));
  drawAxis(Date.parse(timeline.from), Date.parse(timeline.until));
  drawMoments();
  showDetails(Math.min(Math.max(kept, 0), segments.length - 1));
  if (kept >= 0) bar.children[Math.min(kept, segments.length - 1)].firstChild.focus();
}

// Reads and draws it anew; does so by itself when the next greeting's time has come.
export async function refreshTimeline() {
  const mine = ++asked;
  clearTimeout(nextLook);
  const from = new Date();
  const until = toUtc(new Date(from.getTime() + Number(seen.days.value) * DAY));
  try {
    const language = seen.language.value.trim() || null;
    const timeline = await get("greetings/timeline", { from: toUtc(from), until, language });
    if (mine !== asked) return;
    say(byId("seen-fault"), "");
    draw(timeline);
    const wait = Date.parse(segments[0].until) - Date.now() + 500;
    nextLook = setTimeout(refreshTimeline, Math.min(Math.max(wait, 1000), LONGEST_TIMER));
  } catch (error) {
    if (mine === asked) say(byId("seen-fault"), error.message);
  }
}

async function showPreview() {
  const result = byId("preview-result");
  try {
    const language = preview.language.value.trim() || null;
    const told = await get("greetings/preview", { at: fromField(preview.at.value), language });
    const text = element("q", { dir: "auto", lang: told.greeting?.language ?? "" }, told.response);
    const origin = told.greeting ? told.greeting.id : "the customer’s own text";
    const next = told.next_change ? `, next change ${show(told.next_change)}` : "";
    result.replaceChildren(text, ` (${origin}; ${show(told.at)}${next})`);
  } catch (error) {
    result.textContent = error.message;
  }
}

function moveAlong(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }[event.key];
  const at = [...bar.children].indexOf(document.activeElement?.parentNode);
  if (!step || at < 0) return;
  event.preventDefault();
  bar.children[Math.min(Math.max(at + step, 0), bar.children.length - 1)].firstChild.focus();
}

// `edit(id)` opens a greeting.
export function setUpTimeline(edit) {
  seen.addEventListener("change", refreshTimeline);
  seen.addEventListener("submit", (event) => event.preventDefault());
  bar.addEventListener("keydown", moveAlong);
  byId("segment-edit").addEventListener("click", (event) => edit(event.currentTarget.dataset.id));
  preview.at.value = toField(toUtc(new Date()));
  preview.addEventListener("submit", (event) => {
    event.preventDefault();
    showPreview();
  });
}
