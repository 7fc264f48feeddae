/**
 * The code system of the OperationOutcomes of Epic, the maker of Apotti's system, and what each code means for us.
 * Where the public lists keep no meaning, the text says only how we treat it.
 */
export const EPIC_CODES = 'urn:oid:1.2.840.114350.1.13.0.1.7.2.657369';

/** How a code changes what an answer means; `refused` holds the message unless the HTTP status says more. */
export type EpicMeaning =
  | 'none-found'
  | 'merged'
  | 'restart-search'
  | 'forbidden'
  | 'incomplete'
  | 'restricted'
  | 'accepted'
  | 'duplicate'
  | 'transient'
  | 'refused';

interface EpicCode {
  readonly meaning: EpicMeaning;
  readonly text: string;
}

export const epicCodes: Readonly<Record<string, EpicCode>> = {
  4100: { meaning: 'refused', text: 'a parameter is not valid' },
  4101: { meaning: 'none-found', text: 'the search found nothing' },
  4102: { meaning: 'refused', text: 'no resource has this id' },
  4103: { meaning: 'refused', text: 'the resource was deleted' },
  4107: { meaning: 'merged', text: 'the patient was merged into another record' },
  4110: { meaning: 'refused', text: 'a parameter is missing' },
  4111: { meaning: 'refused', text: 'these parameters do not go together' },
  4112: { meaning: 'refused', text: 'these parameters do not go together' },
  4113: { meaning: 'restart-search', text: 'the paging session has ended' },
  4115: { meaning: 'refused', text: 'the search was refused' },
  4118: { meaning: 'forbidden', text: 'the client is not authorised for all of it' },
  4119: { meaning: 'incomplete', text: 'additional data may exist' },
  4122: { meaning: 'refused', text: 'the request was refused' },
  4127: { meaning: 'refused', text: 'more than 100 results' },
  4130: { meaning: 'restricted', text: 'the record is behind break-the-glass' },
  4131: { meaning: 'restricted', text: 'the record is behind break-the-glass' },
  59012: { meaning: 'refused', text: 'the verification status must be provisional' },
  59100: { meaning: 'accepted', text: 'an element was ignored or given a default' },
  59101: { meaning: 'accepted', text: 'an element was ignored or given a default' },
  59109: { meaning: 'accepted', text: 'an element was ignored or given a default' },
  59102: { meaning: 'refused', text: 'the content of an element is not valid' },
  59105: { meaning: 'refused', text: 'the resource is not built as it must be' },
  59108: { meaning: 'refused', text: 'a required element is missing' },
  59111: { meaning: 'refused', text: 'the content was refused' },
  59134: { meaning: 'transient', text: 'processing failed' },
  59141: { meaning: 'duplicate', text: 'this was filed before' },
  59144: { meaning: 'refused', text: 'a referenced resource was not found' },
  59159: { meaning: 'refused', text: 'a rule of the record system forbids this' },
  59177: { meaning: 'transient', text: 'internal error' },
  59189: { meaning: 'duplicate', text: 'this reading exists already' },
  59204: { meaning: 'forbidden', text: 'the client is not authorised for a part of it' },
};
