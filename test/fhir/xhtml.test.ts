import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { xhtmlFault } from '../../src/fhir/xhtml.ts';

const div = (inner: string): string => `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`;

describe('a narrative', () => {
  it.each([
    'Hei &amp; moi &#228; &#xe4; &nbsp;',
    '<p>a<br/>b</p><hr />',
    '<table class="x"><tbody><tr><td colspan="2" style="color: red">1</td></tr></tbody></table>',
    '<a href="https://example.org/?a=1&amp;b=2">x</a><a href="#x">y</a><a href="Patient/1">z</a><a href="mailto:a@b.fi">m</a>',
    '<img src="#pic" alt="kuva"/>',
    '<img alt="" src="data:image/png;base64,AAAA"/>',
    '<!-- note --><p lang=\'fi\' xml:lang="fi">a</p>',
    '<ul><li>a</li></ul><dl><dt>a</dt><dd>b</dd></dl><blockquote>q</blockquote>',
  ])('may say %s', (inner) => {
    expect(xhtmlFault(div(inner))).toBeUndefined();
  });

  it.each([
    ['runs a script', '<script>a</script>'],
    ['carries a form', '<form><input/></form>'],
    ['frames another page', '<iframe src="https://example.org"></iframe>'],
    ['embeds an object', '<object data="x">a</object>'],
    ['has a head', '<head>a</head>'],
    ['waits for an event', '<b onmouseover="x">a</b>'],
    ['links to a script', '<a href=" JavaScript:x">a</a>'],
    ['hides a script in entities', '<a href="&#106;avascript:x">a</a>'],
    ['links to another host without saying how', '<a href="//example.org">a</a>'],
    ['shows an image that is a script', '<img src="data:image/svg+xml;base64,AAAA"/>'],
    ['loads by a style', '<p style="background: url(https://example.org/x)">a</p>'],
    ['hides what a style loads', '<p style="background: u\\72l(https://example.org/x)">a</p>'],
    ['gives the end of an element an attribute', '<p>a</p class="x">'],
    ['ends an element twice', '<p>a</p/>'],
    ['puts a link where none belongs', '<p href="https://example.org">a</p>'],
    ['is cut off', '<p>a'],
    ['closes what it did not open', 'a</p>'],
    ['crosses its elements', '<b><i>a</b></i>'],
    ['leaves a value without quotes', '<p class=x>a</p>'],
    ['repeats an attribute', '<p class="a" class="b">a</p>'],
    ['has a bare ampersand', 'a & b'],
    ['has a bare ampersand in a link', '<a href="?a=1&b=2">x</a>'],
    ['has a comment without an end', 'a<!-- b'],
    ['has a processing instruction', 'a<?php b ?>'],
    ['has a document type', 'a<!DOCTYPE html>'],
    ['says nothing', ' <p>\n</p><br/>'],
    ['writes elements in capitals', '<P>a</P>'],
  ])('is refused when it %s', (_, inner) => {
    expect(xhtmlFault(div(inner))).toBeTypeOf('string');
  });

  it.each([
    ['no div', '<p xmlns="http://www.w3.org/1999/xhtml">a</p>'],
    ['no namespace', '<div>a</div>'],
    ['two divs', `${div('a')}${div('b')}`],
    ['text around it', `a${div('b')}`],
    ['a foreign namespace', '<div xmlns="http://www.w3.org/1999/xhtml"><p xmlns="urn:x">a</p></div>'],
    ['nothing', ''],
  ])('is refused with %s', (_, xhtml) => {
    expect(xhtmlFault(xhtml)).toBeTypeOf('string');
  });

  it('takes any text once it is escaped', () => {
    const escaped = (text: string): string =>
      text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(xhtmlFault(div(`<p title="${escaped(text)}">x${escaped(text)}</p>`))).toBeUndefined();
      }),
    );
  });

  it('is read to its end whatever it holds', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      '&',
      '"',
      "'",
      '=',
      ' ',
      'a',
      'div',
      '<p',
      '<!--',
      '-->',
      ' x="',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const fault = xhtmlFault(div(pieces.join('')));
        expect(['string', 'undefined']).toContain(typeof fault);
      }),
    );
  });
});
