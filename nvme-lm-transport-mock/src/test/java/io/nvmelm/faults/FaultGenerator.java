package io.nvmelm.faults;

import static io.nvmelm.faults.Fault.SLOW_MILLIS;

import io.nvmelm.MigrationRole;
import io.nvmelm.faults.Fault.Kind;
import io.nvmelm.faults.FaultCase.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Makes the cases of a shape out of what a migration without faults does.
final class FaultGenerator {
    /// Later than every deadline of a command, and of silence.
    private static final int LATE_MILLIS = 70_000;

    private static final Kind[] AT_COMMANDS = {Kind.TIMES_OUT, Kind.LOSES_COMPLETION, Kind.TRANSPORT_ERROR,
        Kind.CONTROLLER_FATAL, Kind.CONTROLLING_FATAL, Kind.GUEST_RESET, Kind.FUNCTION_RESET, Kind.CONTROLLING_RESET};
    private static final Kind[] AT_ARCS = {Kind.THROWS, Kind.THROWS_AFTER, Kind.ENDS_IN_ERROR};
    private static final Kind[] ANYWHERE =
            {Kind.CANCELS_SOURCE, Kind.CANCELS_DESTINATION, Kind.DIES, Kind.VANISHES, Kind.CUT};
    private static final int[] MASKS = {0x01, 0x80, 0xFF};

    private FaultGenerator() {}

    /// {@return every admin command with everything that can become of it}
    static List<FaultCase> commands(Shape shape, FaultRun.Result recording) {
        var faults = new ArrayList<Fault>();
        for (var step : recording.steps()) {
            if (step.kind() == Step.Kind.COMMAND) {
                addCommand(step, faults);
            }
        }
        return cases(shape, faults);
    }

    private static void addCommand(Step step, List<Fault> faults) {
        for (var status : StandardStatuses.of(step.what())) {
            faults.add(new Fault(step.side(), step.number(), Kind.STATUS, status.name()));
        }
        for (var kind : AT_COMMANDS) {
            faults.add(new Fault(step.side(), step.number(), kind));
        }
        faults.add(new Fault(step.side(), step.number(), Kind.LATE, SLOW_MILLIS));
        faults.add(new Fault(step.side(), step.number(), Kind.LATE, LATE_MILLIS));
    }

    /// {@return every arc and call that fails, and every step at which a side is cancelled, its process ends or the connection breaks}
    static List<FaultCase> steps(Shape shape, FaultRun.Result recording) {
        var faults = new ArrayList<Fault>();
        for (var step : recording.steps()) {
            addStep(step, faults);
            addAnywhere(step, faults);
        }
        return cases(shape, faults);
    }

    /// Only what changes something: what happens when the state is asked for, or as a session closes, is as if it happened a step later.
    private static void addAnywhere(Step step, List<Fault> faults) {
        if (step.kind() != Step.Kind.STATE && step.kind() != Step.Kind.CLOSE) {
            for (var kind : ANYWHERE) {
                faults.add(new Fault(step.side(), step.number(), kind));
            }
        }
    }

    private static void addStep(Step step, List<Fault> faults) {
        switch (step.kind()) {
            case COMMAND -> {
                // see commands()
            }
            case ARC -> {
                for (var kind : AT_ARCS) {
                    faults.add(new Fault(step.side(), step.number(), kind));
                }
                addUnusual(step, Kind.THROWS, faults);
                addUnusual(step, Kind.THROWS_AFTER, faults);
            }
            case CLOSE -> {
                faults.add(new Fault(step.side(), step.number(), Kind.THROWS_AFTER));
                addUnusual(step, Kind.THROWS_AFTER, faults);
            }
            case DEVICE, STATE, SESSION, GUEST, SUPPLEMENT, STAGE -> {
                faults.add(new Fault(step.side(), step.number(), Kind.THROWS));
                addUnusual(step, Kind.THROWS, faults);
            }
            case LISTENER -> {
                faults.add(new Fault(step.side(), step.number(), Kind.THROWS));
                faults.add(new Fault(step.side(), step.number(), Kind.THROWS, Fault.CHECKED));
            }
            case CHANNEL -> faults.add(new Fault(step.side(), step.number(), Kind.THROWS));
        }
    }

    private static void addUnusual(Step step, Kind kind, List<Fault> faults) {
        faults.add(new Fault(step.side(), step.number(), kind, Fault.ERROR));
        faults.add(new Fault(step.side(), step.number(), kind, Fault.CHECKED));
    }

    /// {@return every byte of both directions at which the connection breaks, stalls, is slow, ends, or carries something else}
    ///
    /// @param thorough whether with every kind, not only the most different ones
    static List<FaultCase> bytes(Shape shape, FaultRun.Result recording, boolean thorough) {
        var faults = new ArrayList<Fault>();
        for (var side : MigrationRole.values()) {
            long bytes = side == MigrationRole.SOURCE ? recording.sourceBytes() : recording.answerBytes();
            for (int position = 0; position < bytes; position++) {
                addByte(side, position, thorough, faults);
            }
        }
        return cases(shape, faults);
    }

    private static void addByte(MigrationRole side, int position, boolean thorough, List<Fault> faults) {
        faults.add(new Fault(side, position, Kind.BREAKS_AT));
        faults.add(new Fault(side, position, Kind.STALLS_AT));
        faults.add(new Fault(side, position, Kind.CORRUPTS, MASKS[position % MASKS.length]));
        if (thorough) {
            faults.add(new Fault(side, position, Kind.PAUSES_AT, SLOW_MILLIS));
            faults.add(new Fault(side, position, Kind.PAUSES_AT, LATE_MILLIS));
            faults.add(new Fault(side, position, Kind.DELAYS_FROM, SLOW_MILLIS));
            faults.add(new Fault(side, position, Kind.CLOSES_AT));
            faults.add(new Fault(side, position, Kind.DROPS, 1));
            faults.add(new Fault(side, position, Kind.DUPLICATES, 1));
            faults.add(new Fault(side, position, Kind.CORRUPTS, MASKS[(position + 1) % MASKS.length]));
        }
    }

    /// {@return every byte of both directions, so many apart, at which what follows is late by less than every timeout}
    static List<FaultCase> pauses(Shape shape, FaultRun.Result recording, int apart) {
        var faults = new ArrayList<Fault>();
        for (int position = 0; position < Math.max(recording.sourceBytes(), recording.answerBytes()); position +=
                apart) {
            if (position < recording.sourceBytes()) {
                faults.add(new Fault(MigrationRole.SOURCE, position, Kind.PAUSES_AT, SLOW_MILLIS));
            }
            if (position < recording.answerBytes()) {
                faults.add(new Fault(MigrationRole.DESTINATION, position, Kind.PAUSES_AT, SLOW_MILLIS));
            }
        }
        return cases(shape, faults);
    }

    /// {@return a case with a second fault at every step that follows a first one}
    ///
    /// @param first what goes wrong first
    /// @param run   what was done then
    static List<FaultCase> pairs(FaultCase first, FaultRun.Result run) {
        var fault = first.faults().getFirst();
        var cases = new ArrayList<FaultCase>();
        boolean behind = false;
        for (var step : run.steps()) {
            if (behind) {
                for (var second : seconds(step)) {
                    cases.add(FaultCase.of(first.shape(), fault, second));
                }
            }
            behind |= step.side() == fault.side() && step.number() == fault.position();
        }
        return cases;
    }

    private static List<Fault> seconds(Step step) {
        var faults = new ArrayList<Fault>();
        addStep(step, faults);
        if (step.kind() == Step.Kind.COMMAND) {
            faults.add(new Fault(step.side(), step.number(), Kind.STATUS, "INTERNAL_ERROR"));
            faults.add(new Fault(step.side(), step.number(), Kind.TIMES_OUT));
            faults.add(new Fault(step.side(), step.number(), Kind.LOSES_COMPLETION));
            faults.add(new Fault(step.side(), step.number(), Kind.LATE, LATE_MILLIS));
        }
        addAnywhere(step, faults);
        return faults;
    }

    /// {@return some of them, in their order}
    static List<FaultCase> sample(List<FaultCase> cases, int count, long seed) {
        var random = new SplittableRandom(seed);
        var some = new ArrayList<FaultCase>();
        for (int i = 0; i < cases.size(); i++) {
            if (random.nextInt(cases.size() - i) < count - some.size()) {
                some.add(cases.get(i));
            }
        }
        return some;
    }

    private static List<FaultCase> cases(Shape shape, List<Fault> faults) {
        return faults.stream().map(fault -> FaultCase.of(shape, fault)).toList();
    }
}
