import type { Command } from "./command.ts";
import { importGradesCommand, rollBackRouteCommand, routesCommand, trainRoutesCommand, useRouteCommand } from "./routes.ts";

const WORKSPACE = ["--workspace", "The workspace; without it that of the settings (BATON_WORKSPACE)"] as const;

export const ROUTES_COMMANDS: readonly Command[] = [
  {
    name: "routes", usage: "routes [NUMBER] [--json]", about: "Which requests a cheaper model answers well enough: share, cost and quality beside the best single model", run: (args) => routesCommand(args),
    takes: [["NUMBER", "A router; without it the one in use"], ["--json", "For other programs"], WORKSPACE], examples: ["baton routes"],
  },
  {
    name: "routes grade import", usage: "routes grade import FILE", about: "Take in what models made of prompts: JSON Lines with prompt, model, and right or quality", run: (args) => importGradesCommand(args),
    takes: [["FILE", "A grade a line; costUsd, intent and language may be there"], WORKSPACE], examples: ["baton routes grade import grades.jsonl"],
  },
  {
    name: "routes train", usage: "routes train [--floor 98] [--use]", about: "Learn from the grades which model of the default route is good enough for what, and show it", run: (args) => trainRoutesCommand(args),
    takes: [["--floor", "Percent of the best single model's quality that must be kept (98)"], ["--use", "Put it to use at once"], WORKSPACE], examples: ["baton routes train --floor 97"],
  },
  {
    name: "routes use", usage: "routes use NUMBER|none", about: "Put a router to use, or none", run: (args) => useRouteCommand(args),
    takes: [["NUMBER|none", "One that was trained; none: the default route as it is in models.yaml"], WORKSPACE], examples: ["baton routes use 3"],
  },
  {
    name: "routes rollback", usage: "routes rollback", about: "Go back to the router that was in use before", run: (args) => rollBackRouteCommand(args),
    takes: [WORKSPACE], examples: ["baton routes rollback"],
  },
];
