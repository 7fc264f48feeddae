import type { Expression } from '../expression/expression.ts';
import type { Place } from '../files/place.ts';

/** An expression with where it stands in its file. */
export interface Rule {
  readonly text: string;
  readonly expression: Expression;
  readonly place: Place;
  /** The place of a part of the expression, by its offset in the text. */
  placeAt(offset: number): Place;
}

/** A member of a map: `status: active`. */
export interface Member {
  readonly name: string;
  readonly place: Place;
  readonly value: Template;
}

/** A variable that `$let` or `$with` binds. */
export interface Binding {
  readonly name: string;
  readonly place: Place;
  readonly value: Template;
}

interface Placed {
  readonly place: Place;
}

/** A template: what is written in YAML, with its directives recognised. */
export type Template =
  | (Placed & { readonly kind: 'literal'; readonly value: string | number | boolean })
  | (Placed & { readonly kind: 'text'; readonly parts: readonly (string | Rule)[] })
  | (Placed & { readonly kind: 'value'; readonly rule: Rule })
  | MapTemplate
  | ListTemplate
  | (Placed & {
      readonly kind: 'for';
      readonly name: string;
      readonly items: Rule;
      readonly body: Template;
    })
  | (Placed & { readonly kind: 'let'; readonly bindings: readonly Binding[]; readonly body: Template })
  | (Placed & {
      readonly kind: 'if';
      readonly condition: Rule;
      readonly body: Template;
      readonly otherwise: Template | undefined;
    })
  | (Placed & {
      readonly kind: 'switch';
      readonly on: Rule;
      readonly cases: readonly Member[];
      readonly otherwise: Template | undefined;
    })
  | Translate
  | Include
  | (Placed & { readonly kind: 'lines'; readonly items: readonly Template[] })
  | (Placed & { readonly kind: 'base64'; readonly of: Template })
  /** What could not be read, which was reported: it fits everywhere. */
  | (Placed & { readonly kind: 'broken' });

export type MapTemplate = Placed & { readonly kind: 'map'; readonly members: readonly Member[] };
type ListTemplate = Placed & { readonly kind: 'list'; readonly items: readonly Template[] };

/** What `$translate` can give. */
export const TRANSLATIONS = ['code', 'coding', 'concept', 'display'] as const;

/** `$translate`: a code through a ConceptMap. */
export type Translate = Placed & {
  readonly kind: 'translate';
  readonly map: string;
  readonly mapPlace: Place;
  readonly code: Rule;
  readonly system: Rule | undefined;
  /** The text of a concept. */
  readonly text: Rule | undefined;
  readonly as: (typeof TRANSLATIONS)[number];
};

/** `$include`: a fragment, which sees only the bindings and the predefined variables. */
export type Include = Placed & {
  readonly kind: 'include';
  readonly file: string;
  readonly bindings: readonly Binding[];
  readonly body: Template;
};
