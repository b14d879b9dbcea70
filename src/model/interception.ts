/** Somebody's own functions that see the messages of an API. */
export interface ApiInterception {
  /** Of all the rest, in hexadecimal. */
  readonly hash: string;
  /** The files' texts, by their paths from the folder that they are in together. */
  readonly files: Readonly<Record<string, string>>;
  /** Whether they may open connections. */
  readonly mayConnect: boolean;
}

/** What an operation has done with its messages. */
export interface Interception {
  /** The function that sees each request; undefined for none. */
  readonly request: InterceptingFunction | undefined;
  /** The function that sees each response of a backend's; undefined for none. */
  readonly response: InterceptingFunction | undefined;
  /** The largest body that they are given; undefined where they are given none. */
  readonly largestBytes: number | undefined;
  readonly timeoutMs: number;
  /** Whether a message goes on where its function fails. */
  readonly goesOnAfterFailure: boolean;
}

/** What a file among them gives away under a name. */
export interface InterceptingFunction {
  readonly path: string;
  readonly name: string;
}
