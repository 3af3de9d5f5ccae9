/** What one step of firing, claiming or purging found: nothing due, all that was due, or a full slice and perhaps more. */
export type StepResult = 'nothing' | 'all' | 'more'
