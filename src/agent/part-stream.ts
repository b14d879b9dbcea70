import type { MessagePart } from "./processing-messages.ts";

/** What is done with the parts of a request and its response that one stream brings. */
export interface PartStream {
  /** What is written back; undefined for nothing, and `over` where no more of it need come. Rejects where nobody can tell, and the message is to be refused for that. */
  take(part: MessagePart): Promise<Buffer | "over" | undefined>;
  /** No part comes any more. */
  end(): void;
}
