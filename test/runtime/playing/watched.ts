// A model file trained in this thread and looked at after every iteration, with the model itself to compute the same by hand.
import type { PlayingPicture, PlayingReport } from "../../../src/protocol/inspector/playing.ts";
import type { BreakpointSpec } from "../../../src/protocol/requests.ts";
import { Playing } from "../../../src/runtime/playing/playing.ts";
import { type DataSet, evaluate } from "../../../src/training/aside.ts";
import type { TrainingRun } from "../../../src/training/run.ts";
import { type Command, Session, type Stop } from "../history/debugged.ts";

export interface Watched {
  readonly session: Session;
  readonly reports: readonly PlayingReport[];
  /** Every stop, with the iteration that it is in. */
  readonly stops: readonly number[];
  readonly looks: readonly Look[];
}

export interface WatchOptions {
  readonly data?: Readonly<Record<string, string>>;
  readonly breakpoints?: (session: Session) => readonly BreakpointSpec[];
  /** Default: from entry straight to the end. */
  readonly commands?: readonly Command[];
  /** Called right after a report, with nothing of the training under way. */
  readonly seen?: (run: TrainingRun, report: PlayingReport) => void;
  /** Default true. */
  readonly watched?: boolean;
  /** Milliseconds between two looks, and that each report takes. Default: a minute and none, so that it is always time. */
  readonly clock?: { readonly step: number; readonly report: number };
  /** Called before the first iteration. */
  readonly began?: (session: Session) => void;
  /** Was there a pause in the iteration before? Default: no. */
  readonly paused?: (run: TrainingRun) => boolean;
}

/** A look, in milliseconds of the run's clock. */
export interface Look {
  readonly from: number;
  readonly to: number;
}

/** Trains to the end, and looks when the clock says so. */
export async function watch(source: string, options: WatchOptions = {}): Promise<Watched> {
  const { data = {}, commands = [], seen, watched = true, breakpoints, began, paused = () => false } = options;
  const { step, report: took } = options.clock ?? { step: 60_000, report: 0 };
  const looks: Look[] = [];
  let end = (_: Session): void => {};
  const reports: PlayingReport[] = [];
  const stops: number[] = [];
  let clock = 0;
  function* script(session: Session, entry: Stop): Generator<Command, void, Stop> {
    const { controller } = session;
    const playing = new Playing({
      get travels() {
        return controller.travels;
      },
      send: (report) => {
        clock += took;
        reports.push(report);
      },
      saveRest: () => session.saveAside(),
      now: () => clock,
    });
    const told = (run: TrainingRun, from: number) => {
      for (const report of reports.slice(from)) seen?.(run, report);
    };
    if (watched) {
      session.onBetween = (run) => {
        clock += step;
        const [before, from] = [reports.length, clock];
        playing.between(run, paused(run));
        if (reports.length > before) looks.push({ from, to: clock });
        told(run, before);
      };
      end = ({ run }) => playing.finished(run);
    }
    began?.(session);
    if (breakpoints !== undefined) controller.setBreakpoints(breakpoints(session));
    stops.push(entry.point.iteration);
    for (const command of commands) stops.push((yield command).point.iteration);
  }
  const session = await Session.train(source, script, { data });
  end(session);
  return { session, reports, stops, looks };
}

/** The pictures among the reports that are of this kind. */
export function picturesOf<K extends PlayingPicture["kind"]>(
  { reports }: Pick<Watched, "reports">,
  kind: K,
): Extract<PlayingPicture, { readonly kind: K }>[] {
  return reports.filter((report): report is Extract<PlayingPicture, { readonly kind: K }> => report.kind === kind);
}

/** The model's scores for some inputs, in evaluation mode; [input][score]. Leaves the mode as it was. */
export function scoresOf(run: TrainingRun, inputs: readonly (readonly number[])[], isInt = false): number[][] {
  const { engine, model } = run;
  const modes = model.namedModules().map(([, module]) => [module, module.training] as const);
  const data = isInt ? Int32Array.from(inputs.flat()) : Float32Array.from(inputs.flat());
  const shape = [inputs.length, inputs[0].length];
  const set: DataSet = { length: inputs.length, batch: () => ({ input: { shape, data }, target: { shape, data } }) };
  const rows: number[][] = [];
  engine.endIteration();
  model.eval();
  engine.noGrad(() =>
    // one batch, however many they are: the runtime's own goes through them in the batches of training
    evaluate(run, set, Int32Array.of(0), (_, { floats, shape, length }) => {
      const width = length / inputs.length;
      const each = shape.length === 3 ? shape[2] : width;
      for (let i = 0; i < inputs.length; i++) {
        const end = (i + 1) * width;
        rows.push(Array.from(floats.array.subarray(end - each, end)));
      }
      return true;
    }),
  );
  for (const [module, training] of modes) module.training = training;
  engine.endIteration();
  return rows;
}

export function softmaxOf(scores: readonly number[]): number[] {
  const exps = scores.map((score) => Math.exp(score - Math.max(...scores)));
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((x) => x / sum);
}
