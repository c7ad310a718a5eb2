// The SQL editor: colours behind a textarea, completion of tables, columns and SQL's words, Ctrl+Enter to run.
// The text lives here, and in the tab's session storage while another page is open; Python is told when it is run, and
// replaces it only under a new `version`. (Telling it whenever the text is left would race with the click that left it:
// Streamlit merges the two requests and may forget the click.)
// Nothing that comes from data is ever HTML: every piece is set as text.

const KEYWORDS = new Set(
  ("all and any as asc between by case cast cross desc distinct else end except exists extract false filter first from " +
    "full group having ilike in inner intersect interval is join last lateral left like limit natural not null nulls " +
    "offset on or order outer over partition pivot qualify range right rows select semi anti similar table then true " +
    "union unnest unpivot using values when where window with").split(" ")
);
const FUNCTIONS =
  "abs avg ceil coalesce concat count corr date_diff date_part date_trunc dense_rank floor greatest lag lead least length " +
  "lower max median min mode month monthname quantile_cont quarter rank replace round row_number stddev strftime substr " +
  "sum trim upper week year";
const TOKEN =
  /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*(?:'|$))|("(?:[^"]|"")*(?:"|$))|(\d+(?:\.\d+)?(?:e[+-]?\d+)?)|([\p{L}_][\p{L}\p{N}_]*)|(\s+|[^\s])/giu;
const SHOWN = 8;

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const isPlain = (name) => /^[a-z_][a-z0-9_]*$/i.test(name) && !KEYWORDS.has(name.toLowerCase());
const quoted = (name) => (isPlain(name) ? name : `"${name.replaceAll('"', '""')}"`);

function kindOf(match, rest, known) {
  if (match[1]) return "comment";
  if (match[2]) return "string";
  if (match[3]) return "name";
  if (match[4]) return "number";
  if (!match[5]) return "";
  const word = match[5].toLowerCase();
  if (KEYWORDS.has(word)) return "keyword";
  if (/^\s*\(/.test(rest)) return "function";
  return known.has(fold(word)) ? "name" : "";
}

function paint(editor) {
  const { area, pre, known, wrong } = editor;
  const text = area.value;
  const pieces = document.createDocumentFragment();
  for (const match of text.matchAll(TOKEN)) {
    const kind = kindOf(match, text.slice(match.index + match[0].length, match.index + match[0].length + 20), known);
    const at = wrong >= 0 && match.index <= wrong && wrong < match.index + match[0].length && match[0].trim() !== "";
    if (!kind && !at) {
      pieces.append(match[0]);
      continue;
    }
    const span = document.createElement("span");
    span.className = [kind, at ? "wrong" : ""].join(" ").trim();
    span.textContent = match[0];
    pieces.append(span);
  }
  pieces.append("\n"); // a last empty line keeps its height
  pre.replaceChildren(pieces);
}

// ---------------------------------------------------------------- completion

function wordBefore(text, caret) {
  const before = text.slice(0, caret);
  if ((before.replace(/''/g, "").match(/'/g) || []).length % 2) return null; // inside a string
  if (/--[^\n]*$/.test(before)) return null;
  const open = (before.match(/"/g) || []).length % 2;
  const match = open ? before.match(/"([^"]*)$/) : before.match(/([\p{L}_][\p{L}\p{N}_]*)?$/u);
  const owner = before.slice(0, caret - match[0].length).match(/(?:"([^"]+)"|([\p{L}_][\p{L}\p{N}_]*))\.$/u);
  return { start: caret - match[0].length, word: match[1] || "", owner: owner ? owner[1] || owner[2] : "", open: !!open };
}

function tableOf(owner, text, names) {
  const direct = names.find((table) => fold(table.name) === fold(owner));
  if (direct) return direct;
  const alias = [...text.matchAll(/(?:"([^"]+)"|([\p{L}_][\p{L}\p{N}_]*))\s+(?:as\s+)?([\p{L}_][\p{L}\p{N}_]*)/giu)].find(
    (found) => fold(found[3]) === fold(owner) && names.some((table) => fold(table.name) === fold(found[1] || found[2]))
  );
  return alias && names.find((table) => fold(table.name) === fold(alias[1] || alias[2]));
}

function candidates(found, text, names, labels) {
  const columns = (table) => table.columns.map((name) => ({ name, note: table.name, text: quoted(name) }));
  if (found.owner) {
    const table = tableOf(found.owner, text, names);
    return table ? columns(table) : [];
  }
  const used = names.filter((table) => fold(text).includes(fold(table.name)));
  const rest = names.filter((table) => !used.includes(table));
  const listed = [
    ...used.flatMap(columns),
    ...names.map((table) => ({ name: table.name, note: labels.table, text: quoted(table.name) })),
    ...rest.flatMap(columns),
  ];
  if (found.open) return listed;
  const functions = FUNCTIONS.split(" ").map((name) => ({ name, note: labels.function, text: `${name}(` }));
  const words = [...KEYWORDS].map((word) => ({ name: word.toUpperCase(), note: "", text: `${word.toUpperCase()} ` }));
  return [...listed, ...functions, ...words];
}

function suggest(editor, asked) {
  const { area, data } = editor;
  const found = area.selectionStart === area.selectionEnd ? wordBefore(area.value, area.selectionStart) : null;
  if (!found || (!asked && !found.word && !found.owner && !found.open)) return close(editor);
  const wanted = fold(found.word);
  const rank = (name) => (fold(name).startsWith(wanted) ? 0 : fold(name).includes(wanted) && wanted.length > 1 ? 1 : 2);
  const matching = candidates(found, area.value, data.names, data.labels)
    .map((item) => ({ ...item, rank: rank(item.name) }))
    .filter((item) => item.rank < 2)
    .sort((one, other) => one.rank - other.rank);
  const merged = new Map();
  for (const item of matching) {
    const same = merged.get(item.text);
    if (same) same.note = `${same.note}, ${item.note}`;
    else merged.set(item.text, item);
  }
  const shown = [...merged.values()].slice(0, SHOWN);
  const done = shown.length === 1 && fold(shown[0].name) === wanted && !found.open;
  if (!shown.length || done) return close(editor);
  open(editor, found, shown);
}

function open(editor, found, shown) {
  const { area, list, root } = editor;
  editor.choices = { found, shown, place: 0 };
  list.replaceChildren(
    ...shown.map((item, place) => {
      const line = document.createElement("li");
      line.id = `name-${place}`;
      line.role = "option";
      const name = document.createElement("span");
      name.textContent = item.name;
      const note = document.createElement("span");
      note.textContent = item.note;
      line.append(name, note);
      line.onmousedown = (event) => {
        event.preventDefault();
        take(editor, place);
      };
      return line;
    })
  );
  list.hidden = false;
  area.setAttribute("aria-expanded", "true");
  const box = root.getBoundingClientRect();
  const caret = caretBox(editor, found.start);
  list.style.top = `${caret.bottom - box.top + 4}px`;
  list.style.left = `${Math.max(0, Math.min(caret.left - box.left, box.width - list.offsetWidth - 4))}px`;
  mark(editor, 0);
}

function caretBox(editor, offset) {
  const walker = document.createTreeWalker(editor.pre, NodeFilter.SHOW_TEXT);
  let left = offset;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (left <= node.length) {
      const range = document.createRange();
      range.setStart(node, left);
      range.setEnd(node, Math.min(left + 1, node.length));
      return range.getBoundingClientRect();
    }
    left -= node.length;
  }
  return editor.pre.getBoundingClientRect();
}

function mark(editor, place) {
  editor.choices.place = place;
  [...editor.list.children].forEach((line, n) => line.setAttribute("aria-selected", String(n === place)));
  editor.area.setAttribute("aria-activedescendant", `name-${place}`);
  editor.list.children[place].scrollIntoView({ block: "nearest" });
}

function close(editor) {
  editor.choices = null;
  editor.list.hidden = true;
  editor.area.setAttribute("aria-expanded", "false");
  editor.area.removeAttribute("aria-activedescendant");
}

function take(editor, place) {
  const { area } = editor;
  const { found, shown } = editor.choices;
  const item = shown[place];
  const text = found.open && !item.text.startsWith('"') ? `"${item.name}"` : item.text;
  const after = found.open && area.value[area.selectionEnd] === '"' ? 1 : 0;
  area.focus();
  area.setSelectionRange(found.start, area.selectionEnd + after);
  // The one way to insert that the browser's own undo knows.
  if (!document.execCommand("insertText", false, text)) area.setRangeText(text, found.start, area.selectionEnd, "end");
  close(editor);
  changed(editor);
}

// ---------------------------------------------------------------- the editor

const DRAFT = "cotejo-sql-draft";

function changed(editor) {
  editor.wrong = -1;
  paint(editor);
  try {
    sessionStorage.setItem(DRAFT, JSON.stringify({ version: editor.version, text: editor.area.value }));
  } catch {
    // A browser that stores nothing: the text is then safe from reruns, not from leaving the page.
  }
}

function draftOf(version, text) {
  try {
    const draft = JSON.parse(sessionStorage.getItem(DRAFT));
    return draft && draft.version === version ? draft.text : text;
  } catch {
    return text;
  }
}

function onKey(editor, event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    return run(editor);
  }
  if (event.key === " " && event.ctrlKey) {
    event.preventDefault();
    return suggest(editor, true);
  }
  if (!editor.choices || event.isComposing) return;
  const count = editor.choices.shown.length;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    mark(editor, (editor.choices.place + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
  } else if (event.key === "Enter" || event.key === "Tab") {
    event.preventDefault();
    take(editor, editor.choices.place);
  } else if (event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close(editor);
  } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
    close(editor);
  }
}

function run(editor) {
  close(editor);
  if (!editor.area.value.trim()) return;
  editor.component.setTriggerValue("run", editor.area.value);
}

function build(root) {
  const editor = {
    root: root.querySelector(".editor"),
    area: root.querySelector("textarea"),
    pre: root.querySelector("pre"),
    list: root.querySelector("ul"),
    button: root.querySelector(".run"),
    choices: null,
    version: null,
    wrong: -1,
  };
  editor.area.addEventListener("input", () => {
    changed(editor);
    suggest(editor, false);
  });
  editor.area.addEventListener("keydown", (event) => onKey(editor, event));
  editor.area.addEventListener("click", () => close(editor));
  editor.area.addEventListener("blur", () => close(editor));
  editor.button.addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps the focus
  editor.button.addEventListener("click", () => run(editor));
  return editor;
}

export default function (component) {
  const root = component.parentElement;
  const editor = (root.cotejoEditor ??= build(root));
  const { data } = component;
  editor.component = component;
  editor.data = data;
  editor.known = new Set(data.names.flatMap((table) => [table.name, ...table.columns]).map(fold));
  editor.area.setAttribute("aria-label", data.labels.sql);
  editor.area.placeholder = "";
  editor.button.textContent = data.labels.run;
  root.querySelector(".hint").textContent = data.labels.hint;
  if (editor.version !== data.version) {
    editor.version = data.version;
    const text = draftOf(data.version, data.text);
    if (editor.area.value !== text) editor.area.value = text;
    close(editor);
  }
  editor.wrong = editor.area.value === data.text ? data.wrong : -1;
  paint(editor);
}
