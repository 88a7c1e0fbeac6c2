package io.nvmelm.faults;

import io.nvmelm.faults.FaultCase.Shape;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/// The full run: every fault of every shape, over two threads. Prints each violation as a line that [FaultCase#parse(String)] reads,
/// says on the standard error how far it is, and ends with `faults: N tried, V violations`.
public final class FaultMatrix {
    private static final int WORKERS = 2;
    private static final int PAIRS_PER_SHAPE = 12;
    private static final int TRIED_PER_LINE = 5000;
    static final List<Shape> SHAPES = List.of(
            new Shape(1, false, false, false, false, 1),
            new Shape(1, true, false, false, false, 2),
            new Shape(1, false, true, false, false, 3),
            new Shape(1, false, false, true, false, 4),
            new Shape(2, false, false, false, false, 5),
            new Shape(2, true, true, true, false, 6),
            new Shape(1, false, false, false, true, 7));

    private final ConcurrentLinkedQueue<FaultCase> cases = new ConcurrentLinkedQueue<>();
    private final AtomicInteger tried = new AtomicInteger();
    private final AtomicInteger violations = new AtomicInteger();
    private final PrintStream out;

    private FaultMatrix(PrintStream out) {
        this.out = out;
    }

    /// Runs everything, or the cases and shapes given.
    ///
    /// @param arguments lines of cases, or shapes alone; none for all
    public static void main(String[] arguments) throws InterruptedException, ExecutionException {
        var matrix = new FaultMatrix(System.out);
        if (arguments.length > 0) {
            for (var line : arguments) {
                if (line.contains(": ")) {
                    matrix.cases.add(FaultCase.parse(line));
                } else {
                    matrix.runShape(Shape.parse(line), false);
                }
            }
            matrix.runAll();
        } else {
            for (int i = 0; i < SHAPES.size(); i++) {
                System.err.println("shape " + (i + 1) + " of " + SHAPES.size() + ": " + SHAPES.get(i));
                matrix.runShape(SHAPES.get(i), i == 0);
            }
        }
        System.out.println("faults: " + matrix.tried + " tried, " + matrix.violations + " violations");
        System.exit(matrix.violations.get() == 0 ? 0 : 1);
    }

    private void runShape(Shape shape, boolean thorough) throws InterruptedException, ExecutionException {
        try (var executor = executor()) {
            var recording = FaultRun.of(FaultCase.of(shape), executor);
            check(FaultCase.of(shape), recording);
            if (!recording.violations().isEmpty()) {
                return;
            }
            cases.addAll(FaultGenerator.commands(shape, recording));
            var steps = FaultGenerator.steps(shape, recording);
            cases.addAll(steps);
            cases.addAll(FaultGenerator.bytes(shape, recording, thorough));
            for (var first : FaultGenerator.sample(steps, PAIRS_PER_SHAPE, shape.seed())) {
                cases.addAll(FaultGenerator.pairs(first, FaultRun.of(first, executor)));
            }
        }
        System.err.println(cases.size() + " faults of this shape");
        runAll();
    }

    /// {@return threads for the sides; they do not keep the program from ending}
    static ExecutorService executor() {
        return Executors.newCachedThreadPool(body -> Thread.ofPlatform().daemon().unstarted(body));
    }

    private void runAll() throws InterruptedException, ExecutionException {
        try (var sides = executor();
                var workers = Executors.newFixedThreadPool(WORKERS)) {
            var done = new ArrayList<Future<?>>();
            for (int i = 0; i < WORKERS; i++) {
                done.add(workers.submit(() -> {
                    for (var next = cases.poll(); next != null; next = cases.poll()) {
                        try {
                            check(next, FaultRun.of(next, sides));
                        } catch (RuntimeException | Error e) {
                            tried.incrementAndGet();
                            report(next, "It ended with " + e + " at " + e.getStackTrace()[0]);
                        }
                    }
                }));
            }
            for (var worker : done) {
                worker.get();
            }
        }
    }

    private void check(FaultCase faultCase, FaultRun.Result result) {
        int count = tried.incrementAndGet();
        if (count % TRIED_PER_LINE == 0) {
            System.err.println(count + " tried, " + violations + " violations so far");
        }
        if (!result.violations().isEmpty()) {
            report(faultCase, String.join(" | ", result.violations()));
        }
    }

    private void report(FaultCase faultCase, String what) {
        violations.incrementAndGet();
        out.println("\"" + faultCase + "\" -> " + what);
    }
}
