// What every part of the page does to the document. Texts only ever go in as text.

export const byId = (id) => document.getElementById(id);

// element("td", {className: "id", dataset: {id}}, "text", child, ...)
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name === "dataset") Object.assign(made.dataset, value);
    else if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

// Shows a message where there is one, hides its place where not.
export function say(place, message) {
  place.textContent = message;
  place.hidden = !message;
}

let forgetting;

// Tells of something done, for some seconds; screen readers say it when they have finished what they are saying.
export function announce(message, failed = false) {
  const place = byId("status");
  place.textContent = message;
  place.classList.toggle("failed", failed);
  clearTimeout(forgetting);
  forgetting = setTimeout(() => (place.textContent = ""), failed ? 15000 : 6000);
}

// Opens a dialog; the promise has its return value once it is closed ("" for Escape). The keyboard goes back to where
// it was or, where that is gone by then, to what `opener` finds.
export function open(dialog, opener = () => null) {
  const before = document.activeElement;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      if (!before?.isConnected || before === document.body) opener()?.focus();
      resolve(dialog.returnValue);
    }, { once: true });
  });
}

// Asks before something that can't be taken back, or tells of something that takes more than a line. No `yes`: there
// is nothing to agree to.
export async function confirm(title, what, yes, { list = [], opener } = {}) {
  byId("confirm-title").textContent = title;
  byId("confirm-what").textContent = what;
  byId("confirm-list").replaceChildren(...list.map((line) => element("li", {}, line)));
  byId("confirm-yes").textContent = yes ?? "";
  byId("confirm-yes").hidden = !yes;
  byId("confirm-no").textContent = yes ? "Cancel" : "Close";
  return (await open(byId("confirm"), opener)) === "yes";
}

// Calls `act` once nothing has asked for it for a while.
export function settled(act, milliseconds) {
  let waiting;
  return () => {
    clearTimeout(waiting);
    waiting = setTimeout(act, milliseconds);
  };
}
