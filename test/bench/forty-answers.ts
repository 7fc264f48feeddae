import type { Assessment, Question } from '../../src/assessment/assessment.ts';

/** An assessment of the size that is usual: 5 sections, 40 questions of all common types, each answered. */
export function fortyAnswers(): Assessment {
  return {
    id: 'oa-2026-900001',
    edition: 1,
    kind: { id: 'uti', version: '5.2', title: 'Virtsatietulehdus' },
    language: 'fi',
    times: {
      started: '2026-03-02T13:51:20+02:00',
      completed: '2026-03-02T14:02:44+02:00',
      sent: '2026-03-02T14:05:01+02:00',
    },
    client: {
      hetu: '010190-900P',
      names: { family: 'Mallikas', given: ['Aino', 'Maria'] },
      birthDate: '1990-01-01',
      contact: {
        phone: '+358 50 000 0000',
        email: 'aino.mallikas@posti.example',
        address: { lines: ['Mallikatu 3 B 12'], postalCode: '00999', city: 'Helsinki', country: 'FI' },
      },
      municipality: { code: '091', label: 'Helsinki' },
    },
    filledBy: { role: 'self' },
    recipient: {
      organisation: { oid: '1.2.246.10.99999999.10.0', name: 'Mallilan sosiaali- ja terveyspalvelut' },
      unit: { oid: '1.2.246.10.99999999.10.17', name: 'Mallilan terveysasema' },
    },
    consent: {
      given: true,
      time: '2026-03-02T14:04:30+02:00',
      text: 'Annan luvan lähettää vastaukseni valitsemalleni terveysasemalle.',
    },
    urgency: { class: 'P3' },
    result: { recommendation: 'Ota yhteyttä terveysasemaan vuorokauden sisällä.' },
    sections: Array.from({ length: 5 }, (_, section) => ({
      id: `s${section + 1}`,
      title: `Oireet ja taustatiedot, osa ${section + 1}`,
      questions: Array.from({ length: 8 }, (__, at) => question(`s${section + 1}.q${at + 1}`, at)),
    })),
    summary: 'Nainen 36 v. Kirvelyä ja tihentynyttä tarvetta 28.2. alkaen.\nEi raskaana.',
  };
}

function question(id: string, at: number): Question {
  const asked = { id, text: `Onko sinulla ollut tätä oiretta viimeisen viikon aikana (${id})?` };
  switch (at) {
    case 0:
    case 1:
      return {
        ...asked,
        type: 'boolean',
        answers: [{ value: at === 0, display: at === 0 ? 'Kyllä' : 'Ei' }],
      };
    case 2:
      return { ...asked, type: 'integer', answers: [{ value: 3 }] };
    case 3:
      return { ...asked, type: 'quantity', answers: [{ value: 37.9, unit: '°C', code: 'Cel' }] };
    case 4:
      return { ...asked, type: 'date', answers: [{ value: '2026-02-28', display: '28.2.2026' }] };
    case 5:
      return {
        ...asked,
        type: 'text',
        answers: [{ value: 'Alavatsa on arka,\nerityisesti "oikealla" puolella.' }],
      };
    default:
      return {
        ...asked,
        type: 'choice',
        answers: [
          { code: `a${at}`, system: 'urn:example:answers', label: 'Pahenee iltaisin ja rasituksessa' },
        ],
      };
  }
}
