// Starts the page and wires its parts together.
import { ask, erase, find, get, onMissingToken, patch, replace, takeTokenFromAddress, token } from "/ui/api.js";
import { announce, byId, confirm, open, say, settled } from "/ui/dom.js";
import { edit, noticeChange, setUpEditor } from "/ui/editor.js";
import { follow } from "/ui/events.js";
import { allowWriting, findAction, refreshTable, setUpTable } from "/ui/table.js";
import { zone } from "/ui/time.js";
import { refreshTimeline, setUpTimeline } from "/ui/timeline.js";
import { setUpTransfer } from "/ui/transfer.js";
import { followVisits } from "/ui/visits.js";

let mayWrite = false;
let counts = false; // a server without a store keeps no counts
let signingIn = null;

const refresh = () => Promise.all([refreshTable(), refreshTimeline()]);

// --- Who is there

async function tryToken(field) {
  try {
    await ask("GET", "whoami", { as: field.value.trim() });
    token.set(field.value.trim());
    return "";
  } catch (error) {
    if (error.status === 401) return "The server does not know this token.";
    if (error.status === 404) return "There is no customer here, or this server has no API (GREETER_TOKEN_FILE).";
    return error.status ? error.message : "The server can’t be reached. Try again in a moment.";
  }
}

// One dialog, however many parts of the page find that they need a token.
function signIn(why) {
  signingIn ??= new Promise((resolve) => {
    const dialog = byId("sign-in");
    const form = dialog.querySelector("form");
    form.token.value = "";
    say(byId("token-fault"), why ? "The server no longer takes the token. Give it another." : "");
    form.onsubmit = async (event) => {
      event.preventDefault();
      const fault = await tryToken(form.token);
      say(byId("token-fault"), fault);
      form.token.setAttribute("aria-invalid", String(Boolean(fault)));
      if (fault) return form.token.focus();
      dialog.close();
    };
    dialog.oncancel = (event) => event.preventDefault();
    open(dialog).then(() => {
      if (!token.get()) return location.reload(); // some browsers close it at the second Escape whatever the page says
      signingIn = null;
      resolve();
      if (!byId("main").hidden) showRole().then(refreshTable).catch((error) => announce(error.message, true));
    });
  });
  return signingIn;
}

// Whoever may only read sees why.
async function showRole() {
  const { role, read_only: readOnly, customer } = await get("whoami");
  mayWrite = role === "editor" && !readOnly;
  counts = !readOnly;
  const why = readOnly
    ? "This server has no store (GREETER_STORE), so greetings can be looked at but not changed."
    : "Your token is a reader’s: greetings can be looked at but not changed.";
  say(byId("why-not"), mayWrite ? "" : why);
  for (const control of document.querySelectorAll("[data-writes]")) {
    control.disabled = !mayWrite;
    control.title = mayWrite ? "" : why;
  }
  allowWriting(mayWrite);
  byId("customer").textContent = `of ${customer.name}`;
  document.title = `Greetings of ${customer.name}`;
  byId("main").hidden = byId("sign-out").hidden = false;
}

// --- What can be done with a greeting

async function editOne(greeting, opener) {
  if (await edit(greeting, mayWrite, opener)) await refresh();
}

async function turn(greeting, state) {
  const covers = greeting.origin === "configuration";
  const changed = covers ? await replace({ ...greeting, state }, greeting.revision)
    : await patch(greeting.id, greeting.revision, { state });
  announce(`${changed.id} is ${changed.state} now.`);
}

async function eraseOne(greeting) {
  const opener = () => findAction(greeting.id, "delete") ?? byId("new");
  if (!(await confirm(`Delete ${greeting.id}?`, greeting.text, "Delete", { opener }))) return;
  await erase(greeting.id, greeting.revision);
  announce(`Deleted ${greeting.id}.`);
}

const acts = {
  edit: (greeting) => editOne(greeting, () => findAction(greeting.id, "edit")),
  retire: (greeting) => turn(greeting, "retired"),
  activate: (greeting) => turn(greeting, "active"),
  delete: eraseOne,
};

async function perform(what, greeting) {
  try {
    await acts[what](greeting);
  } catch (error) {
    const faster = error.status === 412 || error.status === 404;
    const first = `Somebody else has just changed ${greeting.id}. Look at it, then try again.`;
    announce(faster ? first : error.message, true);
  }
  await refresh();
  if (document.activeElement === document.body) (findAction(greeting.id, what) ?? byId("new")).focus();
}

async function openById(id) {
  const greeting = await find(id).catch((error) => announce(error.message, true));
  if (greeting) await editOne(greeting, () => byId("segment-edit"));
}

// --- What others do meanwhile

function showConnection(state, text) {
  byId("connection").className = `connection ${state}`;
  byId("connection").textContent = text;
}

function followOthers() {
  const soon = settled(refresh, 150);
  follow({
    open: (resumed) => {
      showConnection("live", "Live");
      if (!resumed) soon();
    },
    change: (name, change) => {
      noticeChange(change.id, change.revision);
      soon();
    },
    lost: () => showConnection("lost", "Reconnecting…"),
    signedOut: (used) => (token.get() === used ? signIn("again") : null),
  });
}

async function start() {
  takeTokenFromAddress();
  onMissingToken(signIn);
  setUpEditor();
  setUpTable(perform);
  setUpTimeline(openById);
  setUpTransfer(refresh);
  byId("new").addEventListener("click", () => editOne(null, () => byId("new")));
  byId("sign-out").addEventListener("click", () => {
    token.forget();
    location.reload();
  });
  byId("zone").textContent = `Times are those of ${zone}, unless they say UTC.`;
  for (const place of document.querySelectorAll("[data-zone]")) place.textContent = zone;
  await showRole();
  await refresh();
  followOthers();
  if (counts) followVisits();
}

start().catch((error) => announce(error.message, true));
