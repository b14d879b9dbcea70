import { createSocket } from "node:dgram";
import type { Scope } from "./scope.ts";

/** What a name server says of every name: an address of IPv4, that there is none, that it cannot say now, or nothing at all. */
export type Saying = `${number}.${number}.${number}.${number}` | "no such name" | "failure" | "silence";

export interface NameServer {
  readonly port: number;
  /** How often it was asked. */
  asked(): number;
  says(saying: Saying): void;
}

const codes = { failure: 2, "no such name": 3 } as const;
const addressRecord = 1;

/** A name server (RFC 1035) on a loopback port, whose addresses are to be remembered for a second. It is gone when the scope ends. */
export async function nameServer(scope: Scope, first: Saying): Promise<NameServer> {
  let saying = first;
  let count = 0;
  const socket = createSocket("udp4");
  socket.on("message", (question, { port, address }) => {
    count++;
    const answer = answerTo(question, saying);
    if (answer !== undefined) socket.send(answer, port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  scope.after(async () => void socket.close());
  return {
    port: socket.address().port,
    asked: () => count,
    says: (next) => {
      saying = next;
    },
  };
}

function answerTo(question: Buffer, saying: Saying): Buffer | undefined {
  if (saying === "silence") return undefined;
  // The name is labels with their lengths, and ends with an empty one; its type and class come after it.
  const end = question.indexOf(0, 12) + 5;
  const isFound = saying !== "failure" && saying !== "no such name";
  const hasRecord = isFound && question.readUInt16BE(end - 4) === addressRecord;
  const header = Buffer.alloc(12);
  question.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 + (isFound ? 0 : codes[saying]), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(hasRecord ? 1 : 0, 6);
  const record = [0xc0, 12, 0, addressRecord, 0, 1, 0, 0, 0, 1, 0, 4, ...saying.split(".").map(Number)];
  return Buffer.concat([header, question.subarray(12, end), ...(hasRecord ? [Buffer.from(record)] : [])]);
}
