/** Changes to the header fields of a request or a response, done in this order: remove, set, add. */
export interface HeaderChanges {
  readonly remove: readonly string[];
  readonly set: readonly HeaderField[];
  readonly add: readonly HeaderField[];
}

export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

export const noHeaderChanges: HeaderChanges = { remove: [], set: [], add: [] };
