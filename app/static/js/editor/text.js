// Text with numbered tags: reading it from the page, showing it, comparing it. The notation is that of
// importers/inline.py: <1>, </1>, <1/>, from 1 to 9999.

export const TAG = /<(?!\/\d+\/)(\/?)([1-9]\d{0,3})(\/?)>/g;

/** An element with these properties, attributes where the name has a hyphen, and children. */
export function make(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) key.includes("-") ? made.setAttribute(key, value) : (made[key] = value);
  made.append(...children);
  return made;
}

/** The text of an element; a chip counts as the tag it stands for. */
export function rawText(element) {
  let text = "";
  for (const node of element.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) text += node.data;
    else if (node.dataset?.tag) text += node.dataset.tag;
    else text += rawText(node);
  }
  return text;
}

/** Every tag of a text in order: {raw, role, number}. */
export function tagsOf(text) {
  return [...text.matchAll(TAG)].map(([raw, close, number, alone]) => ({
    raw, number: +number, role: close ? "close" : alone ? "alone" : "open",
  }));
}

/** What a chip shows, as the server shows it: 1, /1, 1/. */
const shown = (raw) => raw.slice(1, -1);

/** Show a text inside an element, its tags as chips. `titles`: tag -> what it stands for. */
export function show(element, text, titles = new Map()) {
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(TAG)) {
    if (match.index > at) parts.push(text.slice(at, match.index));
    parts.push(make("bdi", {
      className: `chip chip-${match[1] ? "close" : match[3] ? "alone" : "open"}`, title: titles.get(match[0]) ?? "", "data-tag": match[0],
    }, shown(match[0])));
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push(text.slice(at));
  element.replaceChildren(...parts);
}

/** What the chips of an element stand for: tag -> title. */
export function titlesOf(element) {
  return new Map([...element.querySelectorAll("[data-tag]")].map((chip) => [chip.dataset.tag, chip.title]));
}

/** Show `text` with what differs from `other` marked, word by word. */
export function showDifference(element, text, other) {
  const cut = (t) => t.match(/<\/?\d+\/?>|[^\s<]+|\s+|</g) ?? [];
  const a = cut(text);
  const b = cut(other);
  if (a.length * b.length > 250000) return show(element, text);
  // the longest common run of words, counted from the end
  const rows = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      rows[i][j] = a[i] === b[j] ? rows[i + 1][j + 1] + 1 : Math.max(rows[i + 1][j], rows[i][j + 1]);
    }
  }
  const pieces = [];
  for (let i = 0, j = 0; i < a.length;) {
    const same = j < b.length && a[i] === b[j];
    if (!same && j < b.length && rows[i][j + 1] >= rows[i + 1][j]) { j++; continue; }
    const last = pieces.at(-1);
    if (last && last.same === same) last.text += a[i];
    else pieces.push({ same, text: a[i] });
    i++;
    if (same) j++;
  }
  element.replaceChildren(...pieces.map((piece) => {
    const part = document.createElement(piece.same ? "span" : "ins");
    show(part, piece.text);
    return part;
  }));
}

const MARK = "\u200e";

/** Left-to-right marks around numbers that Arabic letters before them would turn round: 088-0430430, +31 6 …
 *  (UAX #9: a hyphen, a plus or a space between digits after an Arabic letter does not hold them together). */
export function markNumbers(text) {
  const number = /\+\d+(?:[-–.,:/ \u00a0]\d+)*|0\d+(?:[-–.,:/ \u00a0]\d+)+|\d+(?:[.,:/]\d+)*(?:[-–+]\d+(?:[.,:/]\d+)*)+/g;
  let out = "";
  let at = 0;
  const marked = (plain) => plain.replace(number, (found, index) => {
    const before = plain[index - 1] === MARK ? "" : MARK;
    const after = plain[index + found.length] === MARK ? "" : MARK;
    return before + found + after;
  });
  for (const match of text.matchAll(TAG)) {
    out += marked(text.slice(at, match.index)) + match[0];
    at = match.index + match[0].length;
  }
  return out + marked(text.slice(at));
}

/** Signs that nobody sees: character -> its usual name. */
export const SIGNS = new Map(Object.entries({
  "\u200b": "ZWSP", "\u200c": "ZWNJ", "\u200d": "ZWJ", "\u200e": "LRM", "\u200f": "RLM", "\u061c": "ALM",
  "\u202a": "LRE", "\u202b": "RLE", "\u202c": "PDF", "\u202d": "LRO", "\u202e": "RLO",
  "\u2066": "LRI", "\u2067": "RLI", "\u2068": "FSI", "\u2069": "PDI",
  "\u00a0": "NBSP", "\u202f": "NNBSP", "\u2060": "WJ", "\ufeff": "BOM", "\u00ad": "SHY", "\t": "TAB",
}));
