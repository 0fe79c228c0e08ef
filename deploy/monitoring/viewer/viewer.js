// Draws the panels of dashboard.json, which is made for Grafana, from the Prometheus that serves this page: rows, stats,
// time series and tables, as far as that dashboard uses them.

const SCRAPE = 5; // seconds between two scrapes, see scripts/observe; also how often the page looks
const HEIGHT = 150, LEFT = 62, BOTTOM = 18, TOP = 6;
const find = (selector) => document.querySelector(selector);

function element(name, content = "", attributes = {}) {
  const made = document.createElement(name);
  made.append(...[content].flat());
  Object.assign(made, attributes);
  return made;
}

function shape(name, attributes, text = "") {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(text);
  return made;
}

// --- Numbers as Grafana's units write them
const scaled = (value, base, units) => {
  let power = 0;
  while (Math.abs(value) >= base && power < units.length - 1) value /= base, power++;
  return `${+value.toPrecision(3)}${units[power]}`;
};
const formats = {
  short: (v) => scaled(v, 1000, ["", "k", "M", "G"]),
  reqps: (v) => `${scaled(v, 1000, ["", "k", "M"])} req/s`,
  cps: (v) => `${scaled(v, 1000, ["", "k", "M"])}/s`,
  percentunit: (v) => `${+(v * 100).toPrecision(3)} %`,
  bytes: (v) => scaled(v, 1024, [" B", " KiB", " MiB", " GiB"]),
  s: (v) => (v && Math.abs(v) < 1 ? scaled(v * 1e6, 1000, [" µs", " ms"]) : `${+v.toPrecision(3)} s`),
  dateTimeAsIso: (v) => new Date(v).toLocaleString(undefined, {day: "numeric", month: "short", hour: "2-digit", minute: "2-digit"}),
};
const write = (value, panel) => (Number.isFinite(value) ? formats[panel.fieldConfig.defaults.unit](value) : "–");

// --- What Prometheus says
async function ask(path, parameters) {
  const response = await fetch(`/api/v1/${path}?${new URLSearchParams(parameters)}`);
  const answer = await response.json();
  if (answer.status !== "success") throw new Error(answer.error);
  return answer.data;
}

function times() {
  const range = +find("#range").value, step = Math.max(SCRAPE, Math.ceil(range / 240));
  const end = Math.floor(Date.now() / 1000 / step) * step;
  return {start: end - range, end, step};
}

function expression(target, {step}) {
  return target.expr.replaceAll("$__rate_interval", `${Math.max(4 * SCRAPE, step + SCRAPE)}s`).replaceAll("$namespace", find("#namespace").value);
}

const named = (metric, format) => format.replace(/{{(\w+)}}/g, (_, label) => metric[label] ?? "").trim() || "–";

async function series(panel, span) {
  const answers = await Promise.all(panel.targets.map((target) => ask("query_range", {query: expression(target, span), ...span})));
  return answers.flatMap(({result}, i) => result.map(({metric, values}) => ({
    name: named(metric, panel.targets[i].legendFormat), points: values.map(([time, value]) => [time, Number(value)]),
  })));
}

// --- Panels
const nothing = () => element("p", "no data", {className: "none"});

// The round number that is the distance of at most three lines over a range; base is 1024 for bytes.
function stride(range, base) {
  const size = base ** Math.floor(Math.log(range / 3) / Math.log(base));
  return [1, 2, 5, 10, 20, 50, 100, 200, 500, 1024].map((n) => n * size).find((n) => range / n <= 3);
}

// Pieces of line between which there is data.
function path(points, at, step) {
  let last = -Infinity;
  return points.filter(([, value]) => Number.isFinite(value)).map(([time, value]) => {
    const move = time - last > 1.5 * step;
    last = time;
    return `${move ? "M" : "L"}${at(time, value).map((n) => n.toFixed(1))}${move ? "h.1" : ""}`;
  }).join("");
}

function scale(all, defaults) {
  const values = all.flatMap(({points}) => points.map(([, value]) => value)).filter(Number.isFinite);
  const low = defaults.min ?? Math.min(0, ...values), high = Math.max(...values, low);
  return [low, high > low ? high : low + (defaults.unit === "percentunit" ? 0.01 : 1)];
}

function timeseries(panel, all, span, width) {
  if (!all.length) return [nothing()];
  const {unit} = panel.fieldConfig.defaults, floor = HEIGHT - BOTTOM;
  const [low, high] = scale(all, panel.fieldConfig.defaults);
  const x = (time) => LEFT + (time - span.start) / (span.end - span.start) * (width - LEFT - 6);
  const y = (value) => floor - (value - low) / (high - low) * (floor - TOP);
  const svg = shape("svg", {viewBox: `0 0 ${width} ${HEIGHT}`, height: HEIGHT, role: "img", "aria-label": panel.title});
  for (let value = low, by = stride(high - low, unit === "bytes" ? 1024 : 10); value <= high; value += by) {
    svg.append(shape("line", {class: "grid", x1: LEFT, x2: width, y1: y(value), y2: y(value)}),
      shape("text", {x: LEFT - 6, y: y(value) + 4, "text-anchor": "end"}, write(value, panel)));
  }
  for (const part of [0, 1 / 3, 2 / 3, 1]) {
    const time = span.start + part * (span.end - span.start);
    const text = new Date(time * 1000).toLocaleString(undefined, span.end - span.start > 86400 ? {weekday: "short", hour: "2-digit"} : {timeStyle: "short"});
    svg.append(shape("text", {x: x(time), y: HEIGHT - 4, "text-anchor": part === 0 ? "start" : part === 1 ? "end" : "middle"}, text));
  }
  all.forEach(({points}, i) => svg.append(shape("path", {class: `series c${i % 10}`, d: path(points, (t, v) => [x(t), y(v)], span.step)})));
  const legend = all.map(({name}, i) => element("li", [element("span", `${name} `), element("b")], {className: `c${i % 10}`}));
  const cursor = shape("line", {class: "cursor", y1: TOP, y2: floor, visibility: "hidden"});
  const show = (time) => all.forEach(({points}, i) => {
    const point = points.findLast(([then]) => then <= time);
    legend[i].querySelector("b").textContent = write(point && time - point[0] < 1.5 * span.step ? point[1] : NaN, panel);
  });
  svg.addEventListener("pointermove", ({offsetX}) => {
    const time = span.start + (offsetX - LEFT) / (width - LEFT - 6) * (span.end - span.start);
    if (time < span.start) return;
    for (const end of ["x1", "x2"]) cursor.setAttribute(end, offsetX);
    cursor.setAttribute("visibility", "visible");
    show(time);
  });
  svg.addEventListener("pointerleave", () => { cursor.setAttribute("visibility", "hidden"); show(span.end); });
  svg.append(cursor);
  show(span.end);
  return [svg, element("ul", legend)];
}

function stat(panel, [first], span, width) {
  const last = first?.points.at(-1)?.[1];
  const steps = panel.fieldConfig.defaults.thresholds?.steps ?? [];
  const color = steps.findLast(({value}) => value === null || last >= value)?.color ?? "";
  const value = element("p", last === undefined ? "–" : write(last, panel), {className: `value ${color}`});
  value.style.margin = 0;
  if (panel.fieldConfig.defaults.unit === "dateTimeAsIso") return [value];
  const [low, high] = scale([first ?? {points: []}], {});
  const at = (time, v) => [(time - span.start) / (span.end - span.start) * width, 30 - (v - low) / (high - low) * 28];
  const svg = shape("svg", {viewBox: `0 0 ${width} 32`, height: 32, "aria-hidden": true});
  if (first) svg.append(shape("path", {class: "series c0", d: path(first.points, at, span.step)}));
  return [value, svg];
}

async function table(panel, span) {
  const {result} = await ask("query", {query: expression(panel.targets[0], span)});
  const columns = [...new Set(result.flatMap(({metric}) => Object.keys(metric)))].filter((label) => label !== "__name__");
  if (!result.length) return [element("p", "none", {className: "none"})];
  const line = (kind, cells) => element("tr", cells.map((cell) => element(kind, cell)));
  const rows = result.map(({metric}) => line("td", columns.map((label) => metric[label] ?? "")));
  return [element("div", element("table", [element("thead", line("th", columns)), element("tbody", rows)]), {className: "scroll"})];
}

const drawn = {
  stat: async (panel, span, width) => stat(panel, await series(panel, span), span, width),
  timeseries: async (panel, span, width) => timeseries(panel, await series(panel, span), span, width),
  table,
};

async function fill(section, panel, span) {
  const {paddingLeft, paddingRight} = getComputedStyle(section);
  const width = section.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
  const content = await drawn[panel.type](panel, span, width);
  if (section.matches(":hover") && panel.type === "timeseries") return; // somebody reads it
  section.replaceChildren(element("h3", panel.title, {title: panel.description ?? ""}), ...content);
}

// --- The page
async function choose() {
  const select = find("#namespace"), names = await ask("label/namespace/values", {"match[]": "greeter_build_info"});
  if (names.join() === [...select.options].map(({value}) => value).join()) return;
  const before = select.value;
  select.replaceChildren(...names.map((name) => element("option", name)));
  if (names.includes(before)) select.value = before;
}

function place(panel) {
  if (panel.type === "row") return element("h2", panel.title);
  const section = element("section", "", {className: panel.type});
  section.style.gridColumn = `span ${panel.gridPos.w}`;
  return section;
}

const {panels} = await (await fetch("dashboard.json")).json();
const places = panels.map(place);
find("main").append(...places);

async function refresh() {
  try {
    await choose();
    const span = times();
    panels.forEach((panel, i) => { if (panel.type === "row") places[i].textContent = panel.title.replaceAll("$namespace", find("#namespace").value); });
    await Promise.all(panels.map((panel, i) => panel.type === "row" || fill(places[i], panel, span)));
    find("#fault").hidden = true;
  } catch (error) {
    find("#fault").textContent = `Prometheus does not answer: ${error.message}`;
    find("#fault").hidden = false;
  }
}

for (const id of ["#namespace", "#range"]) find(id).addEventListener("change", refresh);
for (;;) {
  await refresh();
  await new Promise((next) => setTimeout(next, SCRAPE * 1000));
}
