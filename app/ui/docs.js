// The API's description: at once as a plain list, then, where its files can be had, in Swagger UI, which can also try
// requests.

// A browser takes these files only if they are, byte for byte, those of the package swagger-ui-dist of this version.
// The page's policy (assets.cpp) lets in nothing but them.
const VIEWER = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.35.0/";
const STYLE = "sha384-WlYgdmXYOOBWL5apwjDEZwN+U3HmXSSu5R6V5aGxEcf7z+KuRNwBhoxKVN1i3D5I";
const SCRIPT = "sha384-gjRm0bEPMeTmMh5jT2cHccIwCUZSTd8YC+j0d0sXw0MdGEfScduGpSyF3ZSSLkX9";
const PATIENCE = 8000; // milliseconds until the page says why there is only the plain list
const METHODS = ["get", "post", "put", "patch", "delete"];

const docs = document.getElementById("docs");
const status = document.getElementById("viewer");

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// --- The plain list

// What a $ref of this document stands for.
function meant(spec, value) {
  if (!value?.$ref?.startsWith("#/")) return value ?? {};
  const path = value.$ref.slice(2).split("/").map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  return path.reduce((at, key) => at?.[key], spec) ?? {};
}

// As much of Markdown as the description uses: `code` and **weight**.
function rich(text = "") {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith("`")) return element("code", {}, part.slice(1, -1));
    return part.startsWith("**") ? element("strong", {}, part.slice(2, -2)) : part;
  });
}

const line = (name, text) => element("li", {}, element("code", {}, name), " ", ...rich(text));

function operation(spec, path, method) {
  const { operationId, summary, description, parameters = [], requestBody, responses = {} } = spec.paths[path][method];
  const all = [...(spec.paths[path].parameters ?? []), ...parameters].map((each) => meant(spec, each));
  const answers = Object.entries(responses).map(([code, answer]) => line(code, meant(spec, answer).description));
  const body = Object.keys(meant(spec, requestBody).content ?? {}).map((type) => line("body", type));
  const given = all.map((each) => line(each.name, `(${each.in}) ${each.description ?? ""}`));
  return element("article", { id: operationId ?? `${method}-${path}` },
    element("h3", {}, `${method.toUpperCase()} ${path}`),
    element("p", {}, ...rich(summary)),
    element("p", { className: "text" }, ...rich(description)),
    element("ul", {}, ...given, ...body, ...answers));
}

function drawList(spec) {
  const found = Object.keys(spec.paths).flatMap((path) =>
    METHODS.filter((method) => spec.paths[path][method]).map((method) => operation(spec, path, method)));
  const contents = found.map((each) =>
    element("li", {}, element("a", { href: `#${encodeURIComponent(each.id)}` }, each.firstChild.textContent)));
  docs.replaceChildren(element("div", { className: "plain" },
    element("h1", {}, `${spec.info.title} ${spec.info.version}`),
    element("p", { className: "text" }, ...rich(spec.info.description)),
    element("h2", {}, "Operations"), element("ul", {}, ...contents), ...found));
}

// --- The viewer

function load(tag, properties) {
  return new Promise((resolve, reject) => {
    const file = element(tag, { ...properties, crossOrigin: "anonymous", referrerPolicy: "no-referrer" });
    file.onload = resolve;
    file.onerror = () => reject(new Error("it could not be loaded"));
    document.head.append(file);
  });
}

function showViewer(spec) {
  const place = element("div", { id: "swagger-ui" });
  docs.replaceChildren(place);
  const viewer = globalThis.SwaggerUIBundle({
    spec, domNode: place, deepLinking: true, validatorUrl: null, defaultModelsExpandDepth: 0, tryItOutEnabled: true,
    onComplete: () => {
      // Whoever has signed in at /ui in this tab is signed in here, too.
      const token = sessionStorage.getItem("greeter-token");
      for (const [name, scheme] of Object.entries(spec.components?.securitySchemes ?? {}))
        if (token && scheme.type === "http") viewer.preauthorizeApiKey(name, token);
    },
  });
}

// The style comes last, so that the plain list is not seen in it for longer than a moment.
async function tryViewer(spec) {
  const tell = (why) => {
    status.textContent = `The viewer that can also try requests comes from cdn.jsdelivr.net; ${why}. `
      + "This is the same description without it.";
  };
  const late = setTimeout(() => tell("it takes long"), PATIENCE);
  try {
    await load("script", { src: `${VIEWER}swagger-ui-bundle.js`, integrity: SCRIPT, async: true });
    await load("link", { rel: "stylesheet", href: `${VIEWER}swagger-ui.css`, integrity: STYLE });
    showViewer(spec);
    status.textContent = "";
  } catch (error) {
    tell(error.message);
  } finally {
    clearTimeout(late);
  }
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

try {
  const spec = await (await fetch("/openapi.json")).json();
  drawList(spec);
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
  await tryViewer(spec);
} catch (error) {
  status.textContent = `The description can’t be read: ${error.message}`;
}
