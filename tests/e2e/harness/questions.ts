import { answerTo, type Question } from "./report.ts";

type Kubectl = (...args: readonly string[]) => Promise<string>;

/** What kubectl answers. */
export const kubectlQuestion = (kubectl: Kubectl, command: string): Question => ({
  what: `kubectl ${command}`,
  ask: () => kubectl(...command.split(" ")),
});

/** What kubectl's namespace holds, what its APIs say, its events, and its pods with their logs. */
export const ofNamespace = (kubectl: Kubectl): readonly Question[] => [
  kubectlQuestion(kubectl, "get all,configmaps,jobs --output=wide"),
  kubectlQuestion(kubectl, "get portico --output=yaml"),
  kubectlQuestion(kubectl, "get events --sort-by=.lastTimestamp"),
  kubectlQuestion(kubectl, "describe pods"),
  { what: "the ends of its pods' logs", ask: () => logsOf(kubectl) },
];

async function logsOf(kubectl: Kubectl): Promise<string> {
  const pods = (await kubectl("get", "pods", "--output=name")).split("\n").filter(Boolean);
  const logs = pods.map((pod) => answerTo({ ask: () => kubectl("logs", pod, "--all-containers", "--prefix", "--tail=100") }));
  return (await Promise.all(logs)).join("");
}
