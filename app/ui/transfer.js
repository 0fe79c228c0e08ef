// Export to a file, and import from one: a greeting a line, as JSON.
import { call } from "/ui/api.js";
import { announce, byId, confirm, element } from "/ui/dom.js";

const PIECE = 60000; // bytes: less than the server takes at once by default
const TOLD = 20;

const size = (text) => new TextEncoder().encode(text).length;

async function exportAll() {
  const file = await (await call("GET", "greetings/export", { headers: { Accept: "application/x-ndjson" } })).blob();
  const address = URL.createObjectURL(file);
  element("a", { href: address, download: "greetings.ndjson" }).click();
  URL.revokeObjectURL(address);
}

// Pieces of whole lines, each with the number of lines before it.
export function pieces(text) {
  const made = [];
  let piece = null;
  for (const [index, line] of text.split("\n").entries()) {
    if (!piece || piece.bytes + size(line) + 1 > PIECE) made.push((piece = { before: index, lines: [], bytes: 0 }));
    piece.lines.push(line);
    piece.bytes += size(line) + 1;
  }
  return made.filter((each) => each.lines.some((line) => line.trim()));
}

function send(piece, query) {
  const options = { body: `${piece.lines.join("\n")}\n`, type: "application/x-ndjson", query };
  return call("POST", "greetings/import", options).then((response) => response.json());
}

// Sums of what a run did, or would do; faults carry the line of the file.
async function run(all, query) {
  const sum = { created: 0, replaced: 0, unchanged: 0, faults: [] };
  for (const piece of all) {
    try {
      const done = await send(piece, query);
      for (const name of ["created", "replaced", "unchanged"]) sum[name] += done[name];
    } catch (error) {
      if (!error.problem?.errors) throw error;
      for (const { line, field, rule } of error.problem.errors)
        sum.faults.push(`line ${piece.before + line}: ${field}: ${rule}`);
    }
  }
  return sum;
}

// Everything is checked before anything is changed.
async function importFile(file, opener) {
  const all = pieces(await file.text());
  const plan = await run(all, { dry_run: "true" });
  if (plan.faults.length) {
    const list = plan.faults.slice(0, TOLD);
    const what = `Faults in ${file.name}: ${plan.faults.length}. Nothing was changed.`;
    return confirm("Not imported", what, null, { list, opener });
  }
  const what = `${file.name}: ${plan.created} new, ${plan.replaced} replaced, ${plan.unchanged} as they are.`;
  if (!(await confirm("Import greetings?", what, "Import", { opener }))) return;
  const done = await run(all, {});
  announce(`Imported: ${done.created} new, ${done.replaced} replaced.`);
}

export function setUpTransfer(refresh) {
  const chooser = byId("import-file");
  const tell = (error) => announce(error.message, true);
  byId("export").addEventListener("click", () => exportAll().catch(tell));
  byId("import").addEventListener("click", () => chooser.click());
  chooser.addEventListener("change", async () => {
    const [file] = chooser.files;
    chooser.value = "";
    if (file) await importFile(file, () => byId("import")).then(refresh).catch(tell);
  });
}
