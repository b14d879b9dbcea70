import { appendFile } from "node:fs/promises";
import { after, afterEach } from "node:test";
import { inspect } from "node:util";
import { target } from "./target.ts";

/** What is asked after a failure, as a person would say it, and how it is answered. */
export interface Question {
  readonly what: string;
  readonly ask: () => string | Promise<string>;
}

/** A test or a suite, as far as its report needs it: the context of either is one. */
export interface Tested {
  readonly fullName: string;
  readonly passed: boolean;
  readonly error?: Error | null;
}

/** Reports every test of a suite that fails, before it cleans up; or the suite, when its tests could not begin. */
export function reportFailures(questions: readonly Question[]): void {
  let begun = false;
  afterEach(async (test) => {
    begun = true;
    await reportFailure(test, questions);
  });
  after(async (suite) => {
    if (!begun) await reportFailure(suite, questions);
  });
}

/**
 * If a test failed: appends what is answered to the report (`PORTICO_E2E_REPORT`), so that the failure can be understood on another machine. To be called
 * before what the test made is removed.
 */
export async function reportFailure(test: Tested, questions: readonly Question[]): Promise<void> {
  if (test.passed) return;
  const failure = test.error === undefined || test.error === null ? "" : quoted(inspect(test.error.cause ?? test.error));
  const parts = [`# ${test.fullName}\n`, failure];
  for (const question of questions) parts.push(`## ${question.what}\n`, quoted(await answerTo(question)));
  await appendFile(target.report, `${parts.join("\n")}\n`);
}

const quoted = (text: string): string => `\`\`\`\n${text.trimEnd()}\n\`\`\`\n`;

/** The answer, or why there is none: a report says what it can. */
export async function answerTo({ ask }: Pick<Question, "ask">): Promise<string> {
  try {
    return await ask();
  } catch (failure) {
    return failure instanceof Error ? failure.message : String(failure);
  }
}
