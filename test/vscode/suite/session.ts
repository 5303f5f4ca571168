// A debug session as a client of the adapter sees it: starts it through VS Code, listens for its stops, asks it.
import type { DebugProtocol as Dap } from "@vscode/debugprotocol";
import * as vscode from "vscode";
import { until, workspaceFolder } from "./host.ts";

const debugType = "gradient";
const thread = { threadId: 1 };

/** As much of a DAP message as is looked at. */
interface AdapterMessage {
  readonly event?: string;
  /** Of a response. */
  readonly command?: string;
  readonly body?: { readonly reason?: string };
}

/** What the adapter has said so far. */
interface Heard {
  /** Reasons of the stops. */
  readonly stops: string[];
  /** How often the breakpoints have been set. */
  breakpointsSet: number;
}

export class Session {
  readonly #debugged: vscode.DebugSession;
  readonly #heard: Heard;
  #seen = 0;

  private constructor(debugged: vscode.DebugSession, heard: Heard) {
    this.#debugged = debugged;
    this.#heard = heard;
  }

  /** Starts debugging a file with breakpoints on these lines, which count from 1. */
  static async start(program: vscode.Uri, lines: readonly number[]): Promise<Session> {
    const heard: Heard = { stops: [], breakpointsSet: 0 };
    const listening = vscode.debug.registerDebugAdapterTrackerFactory(debugType, {
      createDebugAdapterTracker: () => ({
        onDidSendMessage: ({ event, command, body }: AdapterMessage) => {
          if (event === "stopped") heard.stops.push(body?.reason ?? "");
          if (command === "setBreakpoints") heard.breakpointsSet++;
        },
      }),
    });
    setBreakpoints(program, lines);
    const configuration = { type: debugType, request: "launch", name: "test", program: program.fsPath };
    const [debugged] = await Promise.all([
      nextSession(),
      vscode.debug.startDebugging(workspaceFolder(), configuration),
    ]);
    listening.dispose();
    return new Session(debugged, heard);
  }

  /** The reason of the next stop. */
  stopped(): Promise<string> {
    return until("a stop", () => this.#heard.stops[this.#seen] ?? null).finally(() => this.#seen++);
  }

  /** Sends a request that lets the run go on, and returns the stack where it stops next. */
  async go(request: "continue" | "next" | "stepIn" | "stepOut"): Promise<readonly Dap.StackFrame[]> {
    await this.#ask(request, thread);
    await this.stopped();
    return this.stack();
  }

  async stack(): Promise<readonly Dap.StackFrame[]> {
    return (await this.#ask<Dap.StackTraceResponse["body"]>("stackTrace", thread)).stackFrames;
  }

  async scopes(): Promise<readonly Dap.Scope[]> {
    const [{ id }] = await this.stack();
    return (await this.#ask<Dap.ScopesResponse["body"]>("scopes", { frameId: id })).scopes;
  }

  /** The rows of a scope, `name` → value. */
  async scope(name: string): Promise<ReadonlyMap<string, string>> {
    const scope = (await this.scopes()).find((each) => each.name === name);
    if (scope === undefined) throw new Error(`There is no scope ${name}`);
    const { variables } = await this.#variables(scope.variablesReference);
    return new Map(variables.map((variable) => [variable.name, variable.value]));
  }

  async evaluate(expression: string, context = "watch"): Promise<Dap.EvaluateResponse["body"]> {
    const [{ id }] = await this.stack();
    return this.#ask("evaluate", { expression, context, frameId: id });
  }

  async children(reference: number): Promise<readonly Dap.Variable[]> {
    return (await this.#variables(reference)).variables;
  }

  /** Takes all breakpoints away, and waits until the adapter knows. */
  async removeBreakpoints(): Promise<void> {
    const before = this.#heard.breakpointsSet;
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await until("the answer to setBreakpoints", () => (this.#heard.breakpointsSet > before ? true : null));
  }

  /** Ends the session and waits until it is gone. */
  async end(): Promise<void> {
    vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
    await vscode.debug.stopDebugging(this.#debugged);
    await until("the end of the session", () => (vscode.debug.activeDebugSession === undefined ? true : null));
  }

  #variables(variablesReference: number): Promise<Dap.VariablesResponse["body"]> {
    return this.#ask("variables", { variablesReference });
  }

  async #ask<T>(command: string, args: object): Promise<T> {
    return this.#debugged.customRequest(command, args);
  }
}

/** The next debug session that starts. */
export function nextSession(): Promise<vscode.DebugSession> {
  return new Promise((resolve) => {
    const listening = vscode.debug.onDidStartDebugSession((session) => {
      listening.dispose();
      resolve(session);
    });
  });
}

/** Replaces all breakpoints of the window. */
function setBreakpoints(file: vscode.Uri, lines: readonly number[]): void {
  vscode.debug.removeBreakpoints(vscode.debug.breakpoints);
  vscode.debug.addBreakpoints(
    lines.map((line) => new vscode.SourceBreakpoint(new vscode.Location(file, new vscode.Position(line - 1, 0)))),
  );
}
