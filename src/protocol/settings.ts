// Changes of a training while it runs: they hold from the next update on.

export interface Settings {
  /** Of all groups of parameters. */
  readonly learningRate: number;
  /** Null: gradients are not clipped by their norm. */
  readonly clipGradNorm: number | null;
}

export interface SettingRequests {
  /** Changes what is given and returns how it stands then. Works while running, as soon as the next operation is over. */
  set: { params: Partial<Settings>; result: Settings };
}
