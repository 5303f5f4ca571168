// Where breakpoints can stand in the files of a model: its sites by line and column, and the phases that each stops in.
import { basename } from "node:path";
import type { BundledModel, Site, SiteKind } from "../../protocol/model.ts";
import type { Phase } from "../../protocol/position.ts";
import { fileKey } from "../client.ts";

/** A place that a breakpoint can be on. */
export interface Location {
  readonly site: Site;
  /** Within the site's range; the first column of a statement means forward, its last one backward. */
  readonly column: number;
  readonly endColumn: number;
  readonly endLine: number;
  readonly phases: readonly Phase[];
}

/** Where a breakpoint is, or why it is nowhere. */
export type LinePlace =
  | {
      readonly verified: true;
      readonly sites: readonly Site[];
      readonly phases: readonly Phase[];
      readonly column: number;
    }
  | { readonly verified: false; readonly message: string };

const everyPhase: readonly Phase[] = ["forward", "loss", "backward", "update"];

/** Phases of the first location of a site; null for the sites that run before the first iteration. */
const firstPhases: Readonly<Record<SiteKind, readonly Phase[] | null>> = {
  // the statements of a function that is given as `loss` run in the phase loss
  statement: ["forward", "loss"],
  field: ["update"],
  loss: ["loss", "forward"],
  optimizer: ["update"],
  model: null,
  data: null,
};

/** Kinds of sites that backward comes to as well. */
const differentiated: ReadonlySet<SiteKind> = new Set<SiteKind>(["statement", "loss"]);

export class Places {
  private readonly byFile: ReadonlyMap<string, readonly Site[]>;

  constructor(private readonly model: BundledModel) {
    const able = model.sites.filter(({ kind }) => firstPhases[kind] !== null);
    able.sort((a, b) => a.range.line - b.range.line || a.range.column - b.range.column);
    const byPath = new Map<string, Site[]>();
    for (const site of able) byPath.set(site.range.file, [...(byPath.get(site.range.file) ?? []), site]);
    this.byFile = new Map([...byPath].map(([path, sites]) => [fileKey(path), sites]));
  }

  /** All locations from the first line to the last, both included, by line and column. */
  locations(path: string, firstLine: number, lastLine: number): Location[] {
    const sites = this.sitesOf(path).filter(({ range }) => range.line >= firstLine && range.line <= lastLine);
    const lines = [...new Set(sites.map(({ range }) => range.line))];
    return lines.flatMap((line) => locationsOf(sites.filter(({ range }) => range.line === line)));
  }

  /** @param column undefined for the whole line */
  find(path: string, line: number, column: number | undefined): LinePlace {
    const nowhere = (message: string): LinePlace => ({ verified: false, message });
    const sites = this.sitesOf(path);
    const at = sites.find(({ range }) => range.line >= line)?.range.line;
    if (at !== undefined) {
      const here = sites.filter(({ range }) => range.line === at);
      return column === undefined || at !== line ? wholeLine(here) : atColumn(here, column);
    }
    const last = sites.at(-1);
    if (last === undefined) return nowhere(`no line of ${basename(path)} runs in ${basename(this.model.file)}`);
    return nowhere(`nothing runs at or below line ${line}; the last line that can stop is ${last.range.line}`);
  }

  private sitesOf(path: string): readonly Site[] {
    return this.byFile.get(fileKey(path)) ?? [];
  }
}

/** The first statement there, and each property that shares the line with it. */
function wholeLine(here: readonly Site[]): LinePlace {
  const sites = here.filter((site, i) => here.findIndex(({ kind }) => kind === site.kind) === i);
  return { verified: true, sites, phases: everyPhase, column: sites[0].range.column };
}

/** The location that has this column; else the statement that begins there or next, or the last of the line, whole. */
function atColumn(here: readonly Site[], column: number): LinePlace {
  const location = locationsOf(here).find((candidate) => candidate.column === column);
  if (location !== undefined) return { verified: true, sites: [location.site], phases: location.phases, column };
  const site = here.find(({ range }) => range.column >= column) ?? here[here.length - 1];
  return { verified: true, sites: [site], phases: everyPhase, column: site.range.column };
}

/**
 * The locations of the sites of one line. A site that both directions come to has two: its first column for forward, its
 * last one for backward (its second one when it goes over several lines, because only the first line is asked about). Where
 * two statements end together the inner one has the column.
 */
function locationsOf(sites: readonly Site[]): Location[] {
  const byColumn = new Map<number, Location>();
  for (const site of sites) {
    const { column, line, endLine, endColumn } = site.range;
    const backward = line === endLine ? endColumn - 1 : column + 1;
    if (differentiated.has(site.kind) && backward > column)
      byColumn.set(backward, { site, column: backward, endLine: line, endColumn: backward + 1, phases: ["backward"] });
  }
  for (const site of sites) {
    const { column, endLine, endColumn } = site.range;
    byColumn.set(column, { site, column, endLine, endColumn, phases: firstPhases[site.kind] ?? [] });
  }
  return [...byColumn.values()].sort((a, b) => a.column - b.column);
}
