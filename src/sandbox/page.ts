import { text, values } from './json.ts';
import { type Note, notesOf } from './notes.ts';
import type { Entry } from './resource.ts';
import type { Store } from './store.ts';

const MOST = 200;

const STYLE = `
  :root { color-scheme: light dark; --ink: #12263a; --paper: #f6f8fa; --card: #fff; --line: #cfd8e1; --mark: #0b5cad; }
  @media (prefers-color-scheme: dark) {
    :root { --ink: #e8eef4; --paper: #101820; --card: #18232e; --line: #35475a; --mark: #8cc4ff; }
  }
  body { margin: 0 auto; max-width: 70rem; padding: 1.5rem; background: var(--paper); color: var(--ink);
    font: 1rem/1.5 system-ui, sans-serif; }
  h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2rem 0 .75rem; }
  p.lead { margin: .25rem 0 1rem; } a { color: var(--mark); }
  table { border-collapse: collapse; width: 100%; background: var(--card); }
  th, td { border: 1px solid var(--line); padding: .4rem .6rem; text-align: left; }
  .scroll { overflow-x: auto; }
  article { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin: 0 0 1rem; }
  article h3 { margin: 0 0 .25rem; font-size: 1rem; }
  article p { margin: 0 0 .75rem; } pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; }
`;

/** The page of the twin: the newest notes and the patients, for somebody who wants to see what arrived. */
export function page(store: Store): string {
  const notes = notesOf(store).reverse();
  const patients = [...store.all('Patient')];
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Twin of Apotti</title><style>${STYLE}</style></head>
<body>
<header><h1>Twin of Apotti</h1>
<p class="lead">A stand-in for the record system. Nobody on this page exists.</p></header>
<main>
<section aria-labelledby="notes"><h2 id="notes">Notes (${notes.length})</h2>
${
  notes
    .slice(0, MOST)
    .map((note) => article(store, note))
    .join('\n') || '<p>No note has arrived yet.</p>'
}
</section>
<section aria-labelledby="patients"><h2 id="patients">Patients (${patients.length})</h2>
<div class="scroll" role="region" aria-labelledby="patients" tabindex="0"><table>
<thead><tr><th scope="col">Name</th><th scope="col">Personal identity code</th><th scope="col">Born</th>
<th scope="col">Encounters</th><th scope="col">Notes</th><th scope="col">Remarks</th></tr></thead>
<tbody>${patients
    .slice(0, MOST)
    .map((patient) => row(store, patient))
    .join('')}</tbody>
</table></div></section>
</main></body></html>
`;
}

function article(store: Store, note: Note): string {
  const patient = store.get('Patient', note.patient ?? '')?.resource;
  const kind = note.docStatus === 'preliminary' ? 'draft, to be signed' : 'signed';
  return `<article><h3>${safe(text(patient, 'name.text') ?? 'Unknown patient')}</h3>
<p>${safe(kind)}, filed <time datetime="${safe(note.created)}">${safe(note.created)}</time></p>
<pre>${safe(note.text)}</pre></article>`;
}

function row(store: Store, { resource }: Entry): string {
  const statuses = [...store.ofPatient('Encounter', resource.id)].map((each) =>
    text(each.resource, 'status'),
  );
  const notes = [...store.ofPatient('DocumentReference', resource.id)].length;
  const marks = [
    ...values(resource, 'meta.tag.code'),
    ...values(resource, 'meta.security.code'),
    ...(values(resource, 'link').length > 0 ? ['merged'] : []),
  ];
  const cells = [
    text(resource, 'name.text'),
    text(resource, 'identifier.value'),
    text(resource, 'birthDate'),
    statuses.join(', ') || 'none',
    String(notes),
    marks.join(', '),
  ].map((cell) => safe(cell ?? ''));
  return `<tr><th scope="row">${cells[0]}</th>${cells
    .slice(1)
    .map((cell) => `<td>${cell}</td>`)
    .join('')}</tr>`;
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function safe(plain: string): string {
  return plain.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
