/** An answer made from a document, without a backend: what the model's mocks are made of. */
export interface MockReply {
  readonly status: number;
  /** Undefined when there is no body. */
  readonly mediaType: string | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}
