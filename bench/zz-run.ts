import { benchWorkflow } from "./zz-workflow.ts"; process.exitCode = await benchWorkflow({ isQuick: true });
