// The registry of keys. Which key does what is an officer's own; the page says it (`data-keys` of <body>), with words.
//
//   import { keys } from "./keys.js";
//   keys.for("media")               { "p": "relevant", "Space": "reveal", … } : the officer's key -> act
//   keys.act(event, "media")        the act that this event stands for in that scope, or null
//   keys.register("media", run)     this page uses the scope: `?` lists its keys, and where `run` (act => …) is given,
//                                   Ctrl+K offers its acts too; gives a function that takes it back
//
// Letters act only while the list or viewer has the focus: listen there, never on the document.

const TOLD = JSON.parse(document.body?.dataset.keys || "{}");
const TYPING = "input, textarea, select, [contenteditable], [role=combobox]";
const registered = new Map();

const name = (event) => {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.ctrlKey || event.metaKey ? `Ctrl+${key}` : key;
};

export const keys = {
  for(scope) {
    const acts = TOLD[scope]?.acts ?? {};
    return Object.fromEntries(Object.entries(acts).map(([act, [key]]) => [key, act]));
  },

  act(event, scope) {
    if (event.altKey || event.isComposing || event.defaultPrevented) return null;
    const key = name(event);
    const isText = !key.startsWith("Ctrl+") && event.target instanceof Element && event.target.closest(TYPING);
    return isText ? null : keys.for(scope)[key] ?? null;
  },

  register(scope, run = null) {
    registered.set(scope, run);
    return () => registered.delete(scope);
  },

  // What the sheet and the palette show: [{ words, run, acts: [{ act, key, words }] }], what acts everywhere last.
  registered() {
    return [...registered].map(([scope, run]) => ({
      words: TOLD[scope]?.words ?? scope,
      run,
      acts: Object.entries(TOLD[scope]?.acts ?? {}).map(([act, [key, words]]) => ({ act, key, words })),
    }));
  },
};
