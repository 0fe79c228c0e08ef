// The table of greetings: search, filters, order, pages, and what can be done with each.
import { call } from "/ui/api.js";
import { byId, element, say, settled } from "/ui/dom.js";
import { parts, show } from "/ui/time.js";

const PAGE = 50;

const filters = byId("filters");
let cursors = [null]; // of the pages up to the one that is shown
let shown = new Map(); // id -> {greeting, row}
let asked = 0;
let mayWrite = false;
let act = () => {}; // (what, greeting)

// "active" says that it may be given; a viewer wants to know whether it is.
function standing(greeting, now = Date.now()) {
  if (greeting.state !== "active") return greeting.state;
  if (greeting.starts_at && Date.parse(greeting.starts_at) > now) return "scheduled";
  return greeting.ends_at && Date.parse(greeting.ends_at) <= now ? "ended" : "active";
}

function action(what, label, greeting, allowed = mayWrite) {
  const name = { type: "button", "aria-label": `${label} ${greeting.id}`, dataset: { act: what, id: greeting.id } };
  const button = element("button", { ...name, disabled: !allowed }, label);
  button.addEventListener("click", () => act(what, shown.get(greeting.id)?.greeting ?? greeting));
  return button;
}

// On a narrow screen a row becomes a card, where the heading of each cell stands before it; the roles keep it a table.
function cell(heading, ...children) {
  return element("td", { role: "cell", dataset: { heading } }, ...children);
}

function drawRow(greeting) {
  const state = standing(greeting);
  const isStored = greeting.origin === "store";
  const origin = isStored ? "" : " from the configuration";
  const note = greeting.description ? element("p", { className: "hint", dir: "auto" }, greeting.description) : null;
  const text = element("p", { className: "text", dir: "auto", lang: greeting.language ?? "" }, greeting.text);
  const id = element("p", { className: "id" }, element("code", {}, greeting.id), origin);
  const tags = greeting.tags.map((tag) => element("span", { className: "tag" }, tag));
  const given = parts(greeting.starts_at, greeting.ends_at);
  const at = greeting.updated_at;
  const changed = at ? element("time", { dateTime: at }, show(at)) : "–";
  const [turn, label] = greeting.state === "active" ? ["retire", "Retire"] : ["activate", "Activate"];
  const row = element("tr", { role: "row", dataset: { id: greeting.id } },
    cell("", text, note, id),
    cell("Language", greeting.language ?? "all"),
    cell("State", element("span", { className: `state ${state}` }, state)),
    cell("Given", ...given.map((part) => element("span", { className: "span" }, `${part} `))),
    cell("Tags", element("span", { className: "tags" }, ...tags)),
    cell("Changed", changed),
    cell("", element("span", { className: "actions" }, action("edit", mayWrite ? "Edit" : "View", greeting, true),
      action(turn, label, greeting), action("delete", "Delete", greeting, mayWrite && isStored))));
  if (!tags.length) row.children[4].classList.add("none");
  if (!isStored) row.querySelector('[data-act="delete"]').title = "It is in the customer’s file: retire it instead";
  return row;
}

// What someone could want to type: the languages and tags that have been seen.
function suggest(list, values) {
  const place = byId(list);
  const known = new Set([...place.options].map((option) => option.value));
  for (const value of values) if (value && !known.has(value)) known.add(value);
  place.replaceChildren(...[...known].sort().slice(0, 200).map((value) => element("option", { value })));
}

export function findAction(id, what) {
  const row = [...byId("rows").children].find((each) => each.dataset.id === id);
  return row?.querySelector(`[data-act="${what}"]:enabled`) ?? row?.querySelector("button:enabled");
}

function draw(page) {
  const focused = document.activeElement?.dataset;
  const before = shown;
  shown = new Map(page.items.map((greeting) => [greeting.id, { greeting, row: drawRow(greeting) }]));
  byId("rows").replaceChildren(...[...shown.values()].map((each) => each.row));
  if (focused?.act && document.activeElement === document.body) findAction(focused.id, focused.act)?.focus();
  for (const [id, { greeting, row }] of shown)
    if (before.has(id) && before.get(id).greeting.revision !== greeting.revision) row.classList.add("changed");
  suggest("languages", page.items.map((greeting) => greeting.language));
  suggest("tags", page.items.flatMap((greeting) => greeting.tags));
  drawPaging(page);
}

function drawPaging(page) {
  const first = (cursors.length - 1) * PAGE;
  const filtered = ["pattern", "state", "language", "tag"].some((name) => filters[name].value) || filters.due.checked;
  const none = filtered ? "No greeting is like that." : "There is none yet: visitors read the customer’s own text.";
  say(byId("empty"), page.total ? "" : none);
  const many = `${page.total} greeting${page.total === 1 ? "" : "s"}`;
  byId("count").textContent = page.items.length < page.total
    ? `${first + 1}–${first + page.items.length} of ${many}` : many;
  byId("back").disabled = cursors.length === 1;
  byId("forth").disabled = page.next_cursor === null;
  byId("forth").dataset.cursor = page.next_cursor ?? "";
  for (const heading of document.querySelectorAll("th[data-sort]")) {
    const order = { [heading.dataset.sort]: "ascending", [`-${heading.dataset.sort}`]: "descending" };
    heading.setAttribute("aria-sort", order[filters.sort.value] ?? "none");
  }
}

function query() {
  const words = filters.pattern.value;
  const wanted = { limit: PAGE, sort: filters.sort.value, cursor: cursors.at(-1) };
  if (words) wanted.pattern = `(?i)${words}`;
  for (const name of ["state", "tag", "language"]) {
    const value = filters[name].value.trim();
    if (value) wanted[name] = value;
  }
  if (filters.due.checked) wanted.due = "now";
  return wanted;
}

export async function refreshTable() {
  const mine = ++asked;
  try {
    const page = await (await call("GET", "greetings", { query: query() })).json();
    if (mine !== asked) return;
    say(byId("pattern-fault"), "");
    filters.pattern.removeAttribute("aria-invalid");
    if (!page.items.length && cursors.length > 1) return goTo(cursors.slice(0, -1)); // its last one is gone
    draw(page);
  } catch (error) {
    if (mine !== asked) return;
    say(byId("pattern-fault"), error.message);
    if (error.status === 400) filters.pattern.setAttribute("aria-invalid", "true");
  }
}

function goTo(pages) {
  cursors = pages;
  return refreshTable();
}

function sortBy(heading) {
  const field = heading.dataset.sort;
  filters.sort.value = filters.sort.value === field ? `-${field}` : field;
  goTo([null]);
}

export function allowWriting(allowed) {
  mayWrite = allowed;
}

// `what` is edit, retire, activate or delete.
export function setUpTable(perform) {
  act = perform;
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("input", settled(() => goTo([null]), 200));
  byId("back").addEventListener("click", () => goTo(cursors.slice(0, -1)));
  byId("forth").addEventListener("click", (event) => goTo([...cursors, event.currentTarget.dataset.cursor]));
  for (const heading of document.querySelectorAll("th[data-sort]"))
    heading.firstChild.addEventListener("click", () => sortBy(heading));
}
