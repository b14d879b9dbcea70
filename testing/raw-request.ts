import { request } from "node:http";
import { text } from "node:stream/consumers";

export interface Answer {
  readonly status: number;
  /** The words after the status. */
  readonly reason: string;
  /** Several fields of one name are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What is sent: `GET /v1/pets/7`, the target as it is written. */
export interface Sent {
  readonly send: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
}

/** Sends one request to a port of the loopback address, on a connection of its own; nothing of the target is changed on the way. */
export function send(port: number, { send: line, headers = {}, body }: Sent): Promise<Answer> {
  const [method = "GET", path = "/"] = line.split(" ");
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, method, path, headers: { ...headers }, agent: false }, (answer) => {
      text(answer).then(
        (received) =>
          resolve({ status: answer.statusCode ?? 0, reason: answer.statusMessage ?? "", headers: joined(answer.headers), body: received }),
        reject,
      );
    });
    sent.on("error", reject).end(body);
  });
}

const joined = (headers: NodeJS.Dict<string | string[]>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]));
