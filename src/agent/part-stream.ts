import type { MessagePart } from "./processing-messages.ts";

/** What is written back for a part: undefined for nothing; `over` where no more parts need come, and `last` for what is written before that. */
type Said = Buffer | { readonly last: Buffer } | "over" | undefined;

/** What is done with the parts of a request and its response that one stream brings. */
export interface PartStream {
  /** Rejects where nobody can tell, and the message is to be refused for that. */
  take(part: MessagePart): Promise<Said>;
  /** No part comes any more. */
  end(): void;
}
