// Sets a breakpoint at a line, or takes away the one that is there, as a click in the gutter does.
import * as vscode from "vscode";

/** @param line counts from 1 @returns whether there is one now */
export async function toggleBreakpoint(place: {
  readonly file: string;
  readonly line: number;
}): Promise<{ readonly set: boolean }> {
  const { file, line } = place;
  if (typeof file !== "string" || !Number.isInteger(line) || line < 1) {
    throw new Error(`a breakpoint needs a file and a line from 1 on, but got ${JSON.stringify(place)}`);
  }
  const uri = vscode.Uri.file(file);
  const here = vscode.debug.breakpoints.filter(
    (breakpoint) =>
      breakpoint instanceof vscode.SourceBreakpoint &&
      breakpoint.location.uri.fsPath === uri.fsPath &&
      breakpoint.location.range.start.line === line - 1,
  );
  if (here.length > 0) {
    vscode.debug.removeBreakpoints(here);
    return { set: false };
  }
  const location = new vscode.Location(uri, new vscode.Position(line - 1, 0));
  vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(location)]);
  return { set: true };
}
