// The registry of keys. Which key does what is an officer's own; the page says it (`data-keys` of <body>), with words.
//
//   import { keys } from "./keys.js";
//   keys.act(event, "media")            the act that this event stands for in that scope, or null
//   keys.shown("media", "undo")         the officer's key for the act, as a page says it; empty where it is switched off
//   keys.register("media", acts, element)
//                                       what this page does of the scope, { act: () => …, … }: `?` lists these acts and
//                                       Ctrl+K offers them, and no others; gives a function that takes it back. Where
//                                       several elements do the same, the one that has the focus does it
//   keys.listen(element, "media", acts) registers them, and does them by key; `isHere(event)` says whether to
//
// Letters act only while the list or viewer has the focus: listen there, and not on the document. What does act
// everywhere can be switched off (`areOff`).

const TOLD = JSON.parse(document.body?.dataset.keys || "{}");
const TYPING = "input, textarea, select, [contenteditable], [role=combobox]";
const BY_KEY = Object.fromEntries(Object.entries(TOLD).map(([scope, { acts }]) => [
  scope, Object.fromEntries(Object.entries(acts).map(([act, [key]]) => [key, act])),
]));
const registered = new Set();

const name = (event) => {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return event.ctrlKey || event.metaKey ? `Ctrl+${key}` : key;
};

// What does the act: of several elements the one in which the focus is.
function doer(scope, act) {
  const found = [...registered].filter((one) => one.scope === scope && one.acts[act]);
  return (found.find((one) => one.element.contains(document.activeElement)) ?? found[0])?.acts[act];
}

export const keys = {
  act(event, scope) {
    if (event.altKey || event.isComposing || event.defaultPrevented) return null;
    const key = name(event);
    const isText = !key.startsWith("Ctrl+") && event.target instanceof Element && event.target.closest(TYPING);
    return isText ? null : BY_KEY[scope]?.[key] ?? null;
  },

  // Whether an officer has switched off letters that act wherever the focus is.
  areOff: !TOLD.everywhere?.acts.sheet,

  shown(scope, act) { return TOLD[scope]?.acts[act]?.[2] ?? ""; },

  register(scope, acts, element = document.body) {
    const one = { scope, acts, element };
    registered.add(one);
    return () => registered.delete(one);
  },

  listen(element, scope, acts, isHere = () => true) {
    element.addEventListener("keydown", (event) => {
      const act = keys.act(event, scope);
      if (!acts[act] || !isHere(event)) return;
      event.preventDefault();
      acts[act]();
    });
    return keys.register(scope, acts, element);
  },

  // What the sheet and the palette show: [{ words, acts: [{ act, key, words, run }] }], what acts everywhere last.
  registered() {
    return Object.entries(TOLD).map(([scope, { words, acts }]) => ({
      scope,
      words,
      acts: Object.entries(acts).filter(([act]) => doer(scope, act)).map(([act, [, told, key]]) => ({
        act, key, words: told, run: () => doer(scope, act)(),
      })),
    })).filter((one) => one.acts.length).sort((one, other) => (one.scope === "everywhere") - (other.scope === "everywhere"));
  },
};
