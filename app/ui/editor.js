// The form for one greeting: new, changed or just looked at; and what happens when somebody else was faster.
import { create, find, replace } from "/ui/api.js";
import { announce, byId, confirm, element, open, say } from "/ui/dom.js";
import { fromField, show, toField } from "/ui/time.js";

const FIELDS = ["text", "language", "state", "starts_at", "ends_at", "tags", "description"];
const NAMES = { starts_at: "given from", ends_at: "until" };

const dialog = byId("editor");
const form = dialog.querySelector("form");
let base = null; // the greeting as it was when it was opened; null: a new one
let asFilled = ""; // the form's content before anybody typed
let saving = false;

const blank = {
  id: "", text: "", language: null, state: "active", starts_at: null, ends_at: null, tags: [], description: "",
};

function fill(greeting) {
  for (const name of ["id", "text", "state", "description"]) form[name].value = greeting[name];
  form.language.value = greeting.language ?? "";
  form.tags.value = greeting.tags.join(" ");
  for (const name of ["starts_at", "ends_at"]) form[name].value = toField(greeting[name]);
  showUtc();
  asFilled = JSON.stringify(content());
}

// What is in the form, as the API takes it.
function content() {
  const was = base ?? blank;
  return {
    ...(form.id.value ? { id: form.id.value } : {}),
    text: form.text.value,
    description: form.description.value,
    language: form.language.value.trim() || null,
    tags: form.tags.value.split(/[\s,]+/).filter(Boolean),
    state: form.state.value,
    starts_at: fromField(form.starts_at.value, was.starts_at),
    ends_at: fromField(form.ends_at.value, was.ends_at),
  };
}

function showUtc() {
  for (const name of ["starts_at", "ends_at"])
    form[name].parentNode.querySelector(".utc").value = fromField(form[name].value, base?.[name] ?? null) ?? "";
}

function clearFaults() {
  say(byId("editor-fault"), "");
  for (const field of form.querySelectorAll(".field")) {
    field.querySelector(".fault")?.remove();
    const input = field.querySelector("input, textarea, select");
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
}

// Puts each fault below its field; the rest stands above the form.
function showFaults(problem) {
  clearFaults();
  const elsewhere = [];
  for (const fault of problem.errors ?? []) {
    const field = form.querySelector(`[data-field="${CSS.escape(fault.field.replace(/\[.*$/, ""))}"]`);
    const input = field?.querySelector("input, textarea, select");
    const value = fault.value && fault.field.includes("[") ? `${fault.value}: ` : "";
    if (!field) elsewhere.push(`${fault.field}: ${fault.rule}`);
    else if (input.getAttribute("aria-invalid")) field.querySelector(".fault").textContent += `; ${value}${fault.rule}`;
    else {
      field.append(element("p", { className: "fault", id: `${input.id}-fault` }, value + fault.rule));
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", `${input.id}-fault`);
    }
  }
  const first = form.querySelector('[aria-invalid="true"]');
  say(byId("editor-fault"), elsewhere.join("; ") || (first ? "Not saved: see the marked fields." : problem.detail));
  (first ?? byId("editor-fault")).focus();
}

function inWords(name, value) {
  if (value === null || value.length === 0) return "–";
  return name.endsWith("_at") ? show(value) : [value].flat().join(" ");
}

const differs = (a, b) => JSON.stringify(a) !== JSON.stringify(b);

// Shows both; true: `mine` is saved over theirs.
async function settle(mine, theirs) {
  const rows = theirs ? FIELDS.filter((name) => differs(theirs[name], mine[name])) : [];
  byId("conflict-what").textContent = theirs
    ? `${mine.id} has been changed since you opened it. What they changed is marked.`
    : `${mine.id} has been deleted since you opened it.`;
  const marked = (name) => (differs(base[name], theirs[name]) ? "marked" : "");
  byId("conflict-rows").replaceChildren(...rows.map((name) => element("tr", {},
    element("th", { scope: "row" }, NAMES[name] ?? name),
    element("td", { className: marked(name), dir: "auto" }, inWords(name, theirs[name])),
    element("td", { dir: "auto" }, inWords(name, mine[name])))));
  byId("conflict").querySelector("table").hidden = !rows.length;
  byId("conflict-reload").textContent = theirs ? "Reload theirs" : "Leave it deleted";
  byId("conflict-overwrite").textContent = theirs ? "Overwrite with mine" : "Save mine anew";
  const choice = await open(byId("conflict"), () => form.text);
  if (choice === "reload") {
    if (theirs) fill((base = theirs));
    else dialog.close();
    say(byId("editor-notice"), "");
  }
  return choice === "overwrite";
}

// The saved greeting; null: not saved.
async function save() {
  const mine = content();
  if (!base) return mine.id ? replace(mine, null) : create(mine);
  for (let revision = base.revision; ;) {
    try {
      return await replace(mine, revision);
    } catch (error) {
      if (error.status !== 412) throw error;
      const theirs = await find(mine.id);
      if (!(await settle(mine, theirs))) return null;
      revision = theirs ? theirs.revision : null;
    }
  }
}

async function submit(event) {
  event.preventDefault();
  if (saving) return;
  saving = true;
  try {
    const saved = await save();
    if (!saved) return;
    announce(`Saved ${saved.id}.`);
    dialog.close(saved.id);
  } catch (error) {
    const taken = error.status === 412 && !base;
    const rule = "is taken already: choose another";
    showFaults(taken ? { errors: [{ field: "id", rule }] } : error.problem ?? { detail: error.message });
  } finally {
    saving = false;
  }
}

// Cancel or Escape: what has been typed is not thrown away unasked.
async function leave() {
  const unsaved = JSON.stringify(content()) !== asFilled;
  if (!unsaved || (await confirm("Discard what you have typed?", "It is not saved.", "Discard"))) dialog.close("");
}

// Somebody changed a greeting while it may be open here.
export function noticeChange(id, revision) {
  if (!dialog.open || saving || base?.id !== id || base.revision === revision) return;
  say(byId("editor-notice"), "Somebody has just changed this greeting. You will see both when you save.");
}

// Null: a new one. The promise has the id of what was saved; "" where nothing was.
export function edit(greeting, mayWrite, opener) {
  base = greeting;
  clearFaults();
  say(byId("editor-notice"), "");
  byId("editor-title").textContent = greeting ? `${mayWrite ? "Edit" : "View"} ${greeting.id}` : "New greeting";
  fill(greeting ?? blank);
  for (const control of form.elements) control.disabled = !mayWrite && !("close" in control.dataset);
  form.querySelector('[data-field="id"]').hidden = Boolean(greeting);
  const done = open(dialog, opener);
  if (mayWrite) form.text.focus();
  return done;
}

export function setUpEditor() {
  byId("editor-fault").tabIndex = -1;
  form.addEventListener("submit", submit);
  form.addEventListener("input", showUtc);
  form.querySelector("[data-close]").addEventListener("click", leave);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave();
  });
}
