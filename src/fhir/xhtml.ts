/** Elements a narrative may use (R4 §2.4.0.2: formatting, lists, tables, links and images of HTML 4). */
const ELEMENTS = new Set(
  (
    'a abbr acronym b big blockquote br caption cite code col colgroup dd dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i ' +
    'img li ol p pre q samp small span strong sub sup table tbody td tfoot th thead tr tt ul var'
  ).split(' '),
);
const EMPTY_ELEMENTS = new Set(['br', 'hr', 'img', 'col']);
const ATTRIBUTES = new Set(
  (
    'abbr align alt axis border cellpadding cellspacing char charoff cite class colspan compact dir frame headers ' +
    'height href hspace id lang longdesc name rel rowspan rules scope span src start style summary title type ' +
    'usemap valign value vspace width xml:lang xml:space xmlns'
  ).split(' '),
);
const ENTITY = /^&(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});/;
const MAX_ENTITY = 34;
const TAG =
  /^<(\/?)([A-Za-z][A-Za-z0-9]*)((?:\s+[A-Za-z_:][-A-Za-z0-9_:.]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/;
const ATTRIBUTE = /([A-Za-z_:][-A-Za-z0-9_:.]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
/** What fetches or runs: an address with a scheme (but inline images), imports, scripts, escapes that hide them. */
const LOADING_STYLE =
  /url\s*\(\s*['"]?\s*(?!data:image\/(?:png|jpeg|gif);)(?:[a-z][a-z0-9+.-]*:|\/\/)|expression\s*\(|@import|\\/i;
const NAMESPACE = 'http://www.w3.org/1999/xhtml';
const NAMESPACED = /\sxmlns\s*=\s*["']/;

/**
 * Checks a narrative's `div`: well-formed, only what R4 §2.4.0 allows (rules txt-1), and something to read or see
 * (txt-2). Takes time in proportion to the text's length.
 * @returns what is wrong, in words without the text itself; nothing when all is well
 */
export function xhtmlFault(xhtml: string): string | undefined {
  const open: string[] = [];
  let at = 0;
  let content = false;
  let roots = 0;
  while (at < xhtml.length) {
    const next = xhtml.indexOf('<', at);
    const words = xhtml.slice(at, next < 0 ? undefined : next);
    if (words.trim() !== '') {
      if (open.length === 0) return 'The narrative has text outside its div.';
      if (hasLooseAmpersand(words)) return 'The narrative has an & that begins no entity.';
      content = true;
    }
    if (next < 0) break;
    if (xhtml.startsWith('<!--', next)) {
      const end = xhtml.indexOf('-->', next + 4);
      if (end < 0) return 'The narrative has a comment without an end.';
      at = end + 3;
      continue;
    }
    const tag = TAG.exec(xhtml.slice(next));
    if (!tag) return 'The narrative is not well-formed XHTML.';
    at = next + tag[0].length;
    const [, closing, name = '', attributes = '', self] = tag;
    if (closing) {
      if (attributes !== '' || self || open.pop() !== name) {
        return 'The narrative closes an element that is not open.';
      }
      continue;
    }
    if (!ELEMENTS.has(name)) return 'The narrative uses an element that is not allowed.';
    if (open.length === 0) {
      roots += 1;
      if (roots > 1 || name !== 'div') return 'The narrative has to be one div.';
      if (!NAMESPACED.test(attributes)) return 'The div of the narrative lacks the XHTML namespace.';
    }
    const fault = attributesFault(name, attributes);
    if (fault) return fault;
    if (name === 'img') content = true;
    if (!self) open.push(name);
    if (!self && EMPTY_ELEMENTS.has(name) && !xhtml.startsWith(`</${name}>`, at)) {
      return 'The narrative is not well-formed XHTML.';
    }
  }
  if (open.length > 0 || roots === 0) return 'The narrative is not well-formed XHTML.';
  return content ? undefined : 'The narrative is empty (txt-2).';
}

function hasLooseAmpersand(words: string): boolean {
  for (let at = words.indexOf('&'); at >= 0; at = words.indexOf('&', at + 1)) {
    if (!ENTITY.test(words.slice(at, at + MAX_ENTITY))) return true;
  }
  return false;
}

function attributesFault(element: string, attributes: string): string | undefined {
  const seen = new Set<string>();
  for (const [, name = '', double, single] of attributes.matchAll(ATTRIBUTE)) {
    const value = double ?? single ?? '';
    if (!ATTRIBUTES.has(name)) return 'The narrative uses an attribute that is not allowed.';
    if (seen.has(name)) return 'The narrative repeats an attribute.';
    seen.add(name);
    if (name === 'xmlns' && value !== NAMESPACE) return 'The narrative uses a foreign namespace.';
    if (hasLooseAmpersand(value)) return 'The narrative has an & that begins no entity.';
    if (name === 'href' && !isLink(element, value)) return 'The narrative links to what is not allowed.';
    if (name === 'src' && !isImage(element, value))
      return 'The narrative shows an image from where is not allowed.';
    if (name === 'style' && LOADING_STYLE.test(value)) {
      return 'The narrative has a style that loads something.';
    }
  }
  return undefined;
}

function isLink(element: string, target: string): boolean {
  if (element !== 'a') return false;
  return isAbsolute(target) ? /^(?:https?|ftp|mailto|tel|urn):/i.test(target) : isBeside(target);
}

/** Images come with the resource (contained or inline), from beside it or from the web. */
function isImage(element: string, source: string): boolean {
  if (element !== 'img') return false;
  return isAbsolute(source)
    ? /^(?:https?:\/\/|data:image\/(?:png|jpeg|gif);base64,)/i.test(source)
    : isBeside(source);
}

function isAbsolute(address: string): boolean {
  return /^\s*[a-z][a-z0-9+.-]*:/i.test(address);
}

/** Relative, and without the entities and double slashes that would hide something else. */
function isBeside(address: string): boolean {
  return !/&#|^\s*\/\//.test(address);
}
