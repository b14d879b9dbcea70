import { type Command, Option } from "commander";
import { addClusterChoice } from "./cluster-options.ts";
import {
  addInstallation,
  addNamespace,
  addRun,
  type OperatorInstallOptions,
  type OperatorRunOptions,
  type OperatorStatusOptions,
  type OperatorUninstallOptions,
  said,
} from "./operator-options.ts";

const examples = `
Examples:
  $ portico operator install --registry registry.example/apis --image registry.example/portico/operator:1 \\
      --base registry.example/portico/gateway:1
  $ portico operator status
`;

const installExamples = `
Applies the four kinds, the operator with its rights, and a namespace for builds. It may be run again, with other options too.

Examples:
  $ portico operator install --registry registry.example/apis --registry-secret registry \\
      --image registry.example/portico/operator:1 --base registry.example/portico/gateway:1
  $ portico operator install --registry registry.example/apis --image registry.example/portico/operator:1 \\
      --base registry.example/portico/gateway:1 --output yaml > install.yaml
`;

const upgradeExamples = `
Applies the four kinds as this program knows them, and the operator. What is not said stays as it was installed. Gateways go on serving with the
images that they have; new images are made on the new base.

Examples:
  $ portico operator upgrade --image registry.example/portico/operator:2 --base registry.example/portico/gateway:2
  $ portico operator upgrade --replicas 2
`;

const uninstallExamples = `
Takes out the operator, its rights and its builds. APIs and their gateways stay, and serve as they are. Namespaces that may hold what is yours stay.

Examples:
  $ portico operator uninstall
  $ portico operator uninstall --all          the four kinds too, and with them every API and its gateway
`;

const statusExamples = `
Exits with 0 where an operator leads, and with 1 where none does.

Examples:
  $ portico operator status
`;

const runExamples = `
Runs in the cluster, as its installation starts it; out of the cluster it uses kubectl's, for whoever works on the operator itself.
It writes its log to stdout, a line of JSON for each event.

Examples:
  $ portico operator run --registry registry.example/apis --base registry.example/portico/gateway:1 --builder layer
`;

/** Adds `portico operator`. */
export function addOperator(program: Command): void {
  const operator = program
    .command("operator")
    .summary("the program that serves APIs in a cluster")
    .description("The operator.")
    .addHelpText("after", examples);
  const install = operator.command("install").summary("install it in the cluster that kubectl uses").description("Installs the operator.");
  addClusterChoice(addInstallation(install, true))
    .addOption(new Option("-o, --output <FORMAT>", "print what would be applied").choices(["yaml"]))
    .addHelpText("after", installExamples)
    .action(async (options: OperatorInstallOptions) => {
      const { installOperator } = await import("./operator-install.ts");
      process.exitCode = await installOperator(options);
    });
  const upgrade = operator
    .command("upgrade")
    .summary("install it anew, as it is but for what is said")
    .description("Upgrades the operator.");
  addClusterChoice(addInstallation(upgrade, false))
    .addHelpText("after", upgradeExamples)
    .action(async () => {
      const { upgradeOperator } = await import("./operator-install.ts");
      process.exitCode = await upgradeOperator(said(upgrade));
    });
  const uninstall = operator
    .command("uninstall")
    .summary("take it out of the cluster that kubectl uses")
    .description("Uninstalls the operator.")
    .option("--all", "the kinds too, with all APIs and their gateways", false);
  addClusterChoice(addNamespace(uninstall))
    .addHelpText("after", uninstallExamples)
    .action(async (options: OperatorUninstallOptions) => {
      const { uninstallOperator } = await import("./operator-uninstall.ts");
      process.exitCode = await uninstallOperator(options);
    });
  const status = operator
    .command("status")
    .summary("say whether it works")
    .description("Says whether the operator works, and how many APIs it serves.")
    .option("--json", "print JSON", false);
  addClusterChoice(addNamespace(status))
    .addHelpText("after", statusExamples)
    .action(async (options: OperatorStatusOptions) => {
      const { showOperator } = await import("./operator-status.ts");
      process.exitCode = await showOperator(options);
    });
  addRun(operator.command("run"))
    .summary("keep the cluster as its APIs say")
    .description("Reads APIs and what they refer to, and makes, runs and updates their gateways.")
    .addHelpText("after", runExamples)
    .action(async (options: OperatorRunOptions) => {
      const { runOperator } = await import("./operator-run.ts");
      process.exitCode = await runOperator(options);
    });
}
