// Changes as they happen, whoever makes them: the event stream, read with fetch because EventSource can't send a token.
import { ask, token } from "/ui/api.js";

const SILENCE = 40000; // milliseconds; the server says something every 15 s
const LONGEST_PAUSE = 30000;

// One event of the stream, as its lines.
function parse(block) {
  const event = { id: null, name: "message", data: "" };
  for (const line of block.split("\n")) {
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line);
    if (field === "id") event.id = value;
    else if (field === "event") event.name = value;
    else if (field === "data") event.data += event.data ? `\n${value}` : value;
  }
  return event;
}

// Calls `take` with each block that ends with an empty line.
async function read(stream, heard, take) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    heard();
    const blocks = (rest + value.replaceAll("\r\n", "\n")).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) take(block);
  }
}

// Browsers keep few connections to a server, for all their tabs together: only the tab that is looked at has a stream.
async function whenVisible() {
  while (document.hidden)
    await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
}

// Follows for as long as the page lives. `on.open`: connected, told whether nothing was missed; `on.change(name,
// greeting)`; `on.lost`; `on.signedOut`: the token is no good (and a new one leads to another try).
export async function follow(on) {
  let last = null;
  let pause = 1000;
  for (;;) {
    await whenVisible();
    const stop = new AbortController();
    document.addEventListener("visibilitychange", () => stop.abort(), { signal: stop.signal });
    let watch;
    const heard = () => {
      clearTimeout(watch);
      watch = setTimeout(() => stop.abort(), SILENCE);
    };
    try {
      heard();
      const headers = { Accept: "text/event-stream", ...(last === null ? {} : { "Last-Event-ID": last }) };
      const response = await ask("GET", "greetings/events", { headers, signal: stop.signal });
      on.open(last !== null);
      await read(response.body, heard, (block) => {
        pause = 1000;
        const event = parse(block);
        if (event.id !== null) last = event.id;
        else if (event.name === "reset") last = null;
        if (event.data) on.change(event.name, JSON.parse(event.data));
      });
    } catch (error) {
      if (error.status === 401) await on.signedOut(token.get());
    }
    clearTimeout(watch);
    stop.abort();
    on.lost();
    if (document.hidden) continue;
    await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random() / 2)));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}
