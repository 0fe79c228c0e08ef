// The REST API, with the token that the viewer has given.

const API = "/api/v1/";
const KEPT_AS = "greeter-token";

// Told by the server: `problem` is its body (RFC 9457), with `status`, `detail` and perhaps `errors`.
export class Refused extends Error {
  constructor(problem) {
    super(problem.detail || problem.title || `The server answered ${problem.status}.`);
    this.problem = problem;
    this.status = problem.status;
  }
}

export const token = {
  get: () => sessionStorage.getItem(KEPT_AS) ?? "",
  set: (value) => sessionStorage.setItem(KEPT_AS, value),
  forget: () => sessionStorage.removeItem(KEPT_AS),
};

// A link may bring the token after the '#', which never reaches a server. It is taken out of the address and the
// history.
export function takeTokenFromAddress() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given === null) return;
  history.replaceState(history.state, "", location.pathname + location.search);
  if (given) token.set(given);
}

let signIn = null; // (why) => a promise that holds once there is a good token
export const onMissingToken = (ask) => (signIn = ask);

async function refusal(response) {
  const problem = await response.json().catch(() => ({}));
  return new Refused({ title: response.statusText, ...problem, status: response.status });
}

// Asks once, with this token. Throws what fetch throws where there is no answer.
export async function ask(method, path, { query, body, type = "application/json", headers = {}, signal, as } = {}) {
  const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null);
  const url = API + path + (given.length ? `?${new URLSearchParams(given)}` : "");
  const head = { Accept: "application/json", Authorization: `Bearer ${as ?? token.get()}`, ...headers };
  if (body !== undefined) head["Content-Type"] = type;
  const sent = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const options = { method, headers: head, body: sent, signal, cache: "no-store", redirect: "error" };
  const response = await fetch(url, options);
  if (!response.ok) throw await refusal(response);
  return response;
}

// Asks; asks the viewer for a token and then again, where that is what is missing.
export async function call(method, path, options = {}) {
  for (;;) {
    const used = token.get();
    try {
      if (!used) throw new Refused({ status: 401, detail: "" });
      return await ask(method, path, { ...options, as: used });
    } catch (error) {
      if (error.status === 401) {
        if (token.get() === used) await signIn(used ? error.message : "");
      } else if (error instanceof TypeError) throw new Error("The server can’t be reached. Try again in a moment.");
      else throw error;
    }
  }
}

export const get = async (path, query) => (await call("GET", path, { query })).json();

const one = (id) => `greetings/${encodeURIComponent(id)}`;
const match = (revision) => (revision === null ? { "If-None-Match": "*" } : { "If-Match": `"${revision}"` });

// Null: there is none.
export async function find(id) {
  return get(one(id)).catch((error) => {
    if (error.status === 404) return null;
    throw error;
  });
}

export const create = async (greeting) => (await call("POST", "greetings", { body: greeting })).json();

// `revision`: the one that is replaced; null: there must be none.
export async function replace(greeting, revision) {
  return (await call("PUT", one(greeting.id), { body: greeting, headers: match(revision) })).json();
}

export async function patch(id, revision, change) {
  const type = "application/merge-patch+json";
  return (await call("PATCH", one(id), { body: change, type, headers: match(revision) })).json();
}

export const erase = (id, revision) => call("DELETE", one(id), { headers: match(revision) });
