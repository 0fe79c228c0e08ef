// How often greetings were given: in all, by day and by greeting.
import { get } from "/ui/api.js";
import { byId, element, say } from "/ui/dom.js";
import { showDate } from "/ui/time.js";

const BEAT = 10000;
const MOST_GREETINGS = 5;

const span = byId("visits-span");
const number = new Intl.NumberFormat();
let asked = 0; // counts questions, so that a late answer does not replace a newer one's
let nextLook;

function drawDay({ day, count }, most) {
  const label = `${showDate(day)}: ${number.format(count)}`;
  const bar = element("span", { className: "bar" });
  bar.style.height = most ? `${(100 * count) / most}%` : "0";
  return element("li", { title: label }, element("span", { className: "hidden" }, label), bar);
}

function drawGreeting({ id, count }) {
  const name = id === "" ? "the customer’s own text" : id;
  return element("li", {}, element("span", {}, name), element("strong", {}, number.format(count)));
}

function draw({ total, days, greetings }) {
  const most = Math.max(...days.map((day) => day.count));
  byId("visits-total").textContent = number.format(total);
  byId("visits-most").textContent = most ? `(${number.format(most)} at most)` : "";
  byId("by-greeting").replaceChildren(...greetings.slice(0, MOST_GREETINGS).map(drawGreeting));
  byId("by-day").replaceChildren(...days.map((day) => drawDay(day, most)));
  byId("by-day-axis").replaceChildren(...[days[0], days[days.length - 1]].map(({ day }) =>
    element("span", {}, showDate(day))));
}

async function refresh() {
  const mine = ++asked;
  clearTimeout(nextLook);
  try {
    const visits = await get("visits", { days: span.days.value });
    if (mine !== asked) return;
    say(byId("visits-fault"), "");
    draw(visits);
  } catch (error) {
    if (mine === asked) say(byId("visits-fault"), error.message);
  }
  if (mine === asked) nextLook = setTimeout(refreshIfSeen, BEAT);
}

const refreshIfSeen = () => (document.hidden ? null : refresh());

// Shows the counts, and goes on showing what they are while somebody looks.
export function followVisits() {
  span.addEventListener("change", refresh);
  span.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("visibilitychange", refreshIfSeen);
  byId("visits").hidden = false;
  refresh();
}
