package io.nvmelm.faults;

import io.nvmelm.MigrationRole;
import io.nvmelm.PreCopyContext;
import io.nvmelm.PreCopyStage;
import io.nvmelm.RunPermission;
import io.nvmelm.transport.mock.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A stage that copies twice until the rest fits, and knows whether it was called as agreed.
final class Stage implements PreCopyStage {
    private static final long FIRST_REMAINDER = 8L << 30;
    private static final long RATE = 1L << 30;
    /// In all longer than the other side may be silent, each longer than the interval of a sign of life.
    private static final int FINISH_PARTS = 11;
    private static final Duration FINISH_PART = Duration.ofSeconds(3);

    private final MigrationRole side;
    private final Steps steps;
    private final VirtualClock clock;
    private int copies;
    private int finishes;
    private int completions;
    private int abandonments;

    Stage(MigrationRole side, Steps steps, VirtualClock clock) {
        this.side = side;
        this.steps = steps;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "stage";
    }

    @Override
    public Remainder copy(PreCopyContext context) {
        steps.mayThrow(side, Step.Kind.STAGE, "copy");
        copies++;
        context.progress(copies, 1);
        return new Remainder(copies == 1 ? FIRST_REMAINDER : RATE >> 4, RATE, true);
    }

    @Override
    public void finish(PreCopyContext context) {
        finishes++;
        steps.mayThrow(side, Step.Kind.STAGE, "finish");
        for (int left = FINISH_PARTS - 1; left >= 0; left--) {
            clock.advance(FINISH_PART);
            context.progress(copies, left);
        }
    }

    @Override
    public void complete() {
        completions++;
        steps.mayThrow(side, Step.Kind.STAGE, "complete");
    }

    @Override
    public void abandon() {
        abandonments++;
        steps.mayThrow(side, Step.Kind.STAGE, "abandon");
    }

    /// {@return in what the calls differ from what was agreed, given who may run in the end}
    List<String> complaints(RunPermission mayRun) {
        var complaints = new ArrayList<String>();
        boolean given = mayRun != RunPermission.SOURCE;
        if (finishes > 1 || completions > (given ? 1 : 0) || abandonments > (given ? 0 : 1)
                || (copies > 0 && completions + abandonments != 1) || (given && finishes != 1)) {
            complaints.add("A stage was called " + copies + " times to copy, " + finishes + " to finish, " + completions
                    + " to complete and " + abandonments + " to abandon, and " + mayRun + " may run");
        }
        return complaints;
    }
}
