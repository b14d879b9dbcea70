import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { ErrorForm } from "../model/error-form.ts";
import { watchPaths } from "../source/watch.ts";
import { type Checkers, openCheckers } from "./checkers.ts";
import { agentConfiguration } from "./configuration.ts";
import { calledBy, isCalled } from "./interceptors/called.ts";
import { interceptedStream } from "./interceptors/intercepted.ts";
import type { Interceptors } from "./interceptors/interceptors.ts";
import { type Question, writeFindings } from "./messages.ts";
import type { PartStream } from "./part-stream.ts";
import type { ComparePassword } from "./passwords.ts";
import { serve } from "./server.ts";
import { validationAnswer } from "./validation/answer.ts";
import { answerStream, askedAnswers } from "./validation/answers.ts";
import { Held } from "./validation/held.ts";
import type { MessageValidation } from "./validation/message-validation.ts";

/** What an agent is told when it is started. */
export interface AgentOptions {
  /** The configuration, which is watched: a renamed one takes effect without a restart. */
  readonly file: string;
  /** The Unix socket that the gateway asks on. */
  readonly socket: string;
  /** Where `/readyz` answers 200 once questions are answered; undefined for nowhere. */
  readonly readyPort: number | undefined;
  readonly compare: ComparePassword;
  readonly validates: (held: Held, say: (line: string) => void) => MessageValidation;
  readonly interceptors: Interceptors;
  /** Is told the version of each configuration that is in effect. */
  readonly inEffect: (version: string) => void;
  readonly say: (line: string) => void;
}

const longestQuestionMs = 15_000;
const retryMs = 5_000;
/** Of messages that wait to be held against documents, or are collected for that, and as much of those that functions see (bytes). */
const mostHeld = 48 * 1024 * 1024;

/** The policy agent: checks credentials that Envoy cannot, holds messages against documents, and shows them to functions. Runs until it is closed; rejects where it cannot listen. */
export async function startAgent({
  file,
  socket,
  readyPort,
  compare,
  validates,
  interceptors,
  inEffect,
  say,
}: AgentOptions): Promise<{ close(): void }> {
  const held = new Held(mostHeld);
  const shown = new Held(mostHeld);
  const validation = validates(held, say);
  let checkers: Checkers | undefined;
  let version: string | undefined;
  let errors: ErrorForm = "problem";
  let isAsked = false;
  const load = async (): Promise<void> => {
    const read = await configurationIn(file);
    if (read === undefined) return say(`${file} is no configuration of the agent: the one before stays in effect.`);
    if (read.version_info === version) return;
    errors = read.validation?.errors ?? "problem";
    const before = checkers;
    // First what is revoked: it waits for nothing.
    checkers = openCheckers(read, compare);
    // Questions that are open now are still answered.
    setTimeout(() => before?.close(), longestQuestionMs).unref();
    interceptors.load(read.interceptors ?? []);
    await validation.load(read.validation?.apis ?? []);
    version = read.version_info;
    if (isAsked) inEffect(read.version_info);
  };
  let busy = Promise.resolve();
  const reload = (): Promise<void> => {
    busy = busy.then(load).catch((thrown: unknown) => {
      say(thrown instanceof Error ? thrown.message : String(thrown));
      setTimeout(reload, retryMs).unref();
    });
    return busy;
  };
  await reload();
  const watch = watchPaths(
    () => void reload(),
    (folder, why) => say(`Changes in ${folder} are not followed: the system refuses to watch it (${why}).`),
  );
  watch.follow([file]);
  const answer = async (question: Question): Promise<Uint8Array> => {
    if (checkers === undefined) throw new Error("There is no configuration yet.");
    if (question.kind === "validation")
      return validationAnswer(question.asked, await validation.ofRequest(question.asked, question.asked.address), errors, say);
    return writeFindings(await checkers.check(question.securities, question.request));
  };
  const stream = (said: (name: string) => string): PartStream =>
    isCalled(said)
      ? interceptedStream(calledBy(said), interceptors.call, shown, say)
      : answerStream(askedAnswers(said), validation, held, say);
  const server = await serve(socket, { answer, stream });
  isAsked = true;
  if (version !== undefined) inEffect(version);
  const ready = createServer((request, response) => {
    response.writeHead(request.url === "/readyz" && checkers !== undefined ? 200 : 503).end();
  });
  if (readyPort !== undefined) ready.listen(readyPort);
  return {
    close() {
      watch.close();
      server.close();
      ready.close();
      checkers?.close();
      validation.close();
      interceptors.close();
    },
  };
}

async function configurationIn(file: string) {
  try {
    return agentConfiguration.parse(JSON.parse(await readFile(file, "utf8")));
  } catch {
    // What is wrong with it would show what is in it.
    return undefined;
  }
}
