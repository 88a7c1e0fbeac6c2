package io.nvmelm.core;

import com.code_intelligence.jazzer.Jazzer;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;

/// Searches for inputs that break a fuzz test, in the directory of the module. One after the other gets a JVM of its own, because Jazzer
/// searches for one in each.
///
/// What breaks a test is written into its corpus, which every build replays; the other inputs that reached something new, and the
/// fuzzer's log, into `target/fuzz`, where the next search continues. Ends with 1 when something was found or a search did not come to
/// its end.
public final class FuzzSearch {
    private static final Path CLASSES = Path.of("target", "test-classes");
    private static final Path RESOURCES = Path.of("src", "test", "resources");
    private static final Path RESULTS = Path.of("target", "fuzz");
    private static final String ALL = "*";
    private static final int CAUSE_LINES = 12;

    private static final Pattern COVERAGE = Pattern.compile("cov: (\\d+) ft: (\\d+)");
    private static final Pattern DONE = Pattern.compile("Done (\\d+) runs in (\\d+) second");
    private static final Pattern INPUT = Pattern.compile("Test unit written to (.*)");
    private static final Pattern CAUSE = Pattern.compile("== Java Exception|ERROR: libFuzzer");
    private static final Pattern INPUT_BYTES = Pattern.compile("== libFuzzer crashing input");

    private FuzzSearch() {}

    /// Searches.
    ///
    /// @param arguments how long for each test (`30s`, `5m`); which: `*`, a class without package, or `class#method`
    public static void main(String[] arguments) throws IOException, InterruptedException {
        var duration = arguments[0];
        var chosen = tests().stream()
                .filter(test -> List.of(ALL, test.getDeclaringClass().getSimpleName(), nameOf(test))
                        .contains(arguments[1]))
                .toList();
        if (chosen.isEmpty()) {
            System.err.println("no fuzz test is called " + arguments[1] + "; there are: "
                    + tests().stream().map(FuzzSearch::nameOf).toList());
            System.exit(1);
        }
        var broken = new ArrayList<String>();
        for (var test : chosen) {
            if (!search(test, duration)) {
                broken.add(nameOf(test));
            }
        }
        System.out.println("fuzz: " + chosen.size() + " tests searched for " + duration + " each, " + broken.size()
                + " broken " + broken);
        System.exit(broken.isEmpty() ? 0 : 1);
    }

    private static String nameOf(Method test) {
        return test.getDeclaringClass().getSimpleName() + "#" + test.getName();
    }

    private static List<Method> tests() throws IOException {
        var tests = new ArrayList<Method>();
        try (var files = Files.walk(CLASSES)) {
            for (var file : (Iterable<Path>) files.filter(path -> path.toString().endsWith("FuzzTest.class"))
                    .sorted()::iterator) {
                var name = CLASSES.relativize(file).toString().replaceAll("[/\\\\]", ".");
                Arrays.stream(Class.forName(name.substring(0, name.length() - ".class".length()))
                        .getDeclaredMethods())
                        .filter(method -> method.isAnnotationPresent(FuzzTest.class))
                        .sorted(Comparator.comparing(Method::getName))
                        .forEach(tests::add);
            }
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(CLASSES + " is not on the class path", e);
        }
        return tests;
    }

    /// Whether nothing was found.
    private static boolean search(Method test, String duration) throws IOException, InterruptedException {
        var owner = test.getDeclaringClass();
        var inputs = Files.createDirectories(RESOURCES.resolve(owner.getPackageName().replace('.', '/'))
                .resolve(owner.getSimpleName() + "Inputs")
                .resolve(test.getName()));
        var reached = Files.createDirectories(RESULTS.resolve(owner.getSimpleName()).resolve(test.getName()));
        var log = RESULTS.resolve(owner.getSimpleName() + "." + test.getName() + ".log");
        int exit = new ProcessBuilder(
                ProcessHandle.current().info().command().orElse("java"),
                // An input that fills this memory is a finding.
                "-Xmx1g",
                "-Xshare:off",
                "-XX:+EnableDynamicAgentLoading",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-classpath",
                System.getProperty("java.class.path"),
                Jazzer.class.getName(),
                "--target_class=" + owner.getName(),
                "--target_method=" + test.getName(),
                "--instrument=io.nvmelm.**",
                "--max_duration=" + duration,
                "--reproducer_path=" + RESULTS,
                // So is one that takes seconds.
                "-timeout=30",
                "-artifact_prefix=" + inputs + "/",
                reached.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        return report(nameOf(test), exit, log);
    }

    private static boolean report(String name, int exit, Path log) throws IOException {
        var lines = Files.readAllLines(log);
        var coverage = last(lines, COVERAGE);
        var done = last(lines, DONE);
        boolean sound = exit == 0 && done.size() == 2 && coverage.size() == 2;
        if (sound) {
            long seconds = Math.max(1, Long.parseLong(done.get(1)));
            System.out.printf(
                    "%-45s %9s executions, %7d a second, %5s edges, %5s features%n",
                    name,
                    done.get(0),
                    Long.parseLong(done.get(0)) / seconds,
                    coverage.get(0),
                    coverage.get(1));
            return true;
        }
        System.out.println(name + " BROKEN, exit code " + exit + ", log " + log.toAbsolutePath());
        int cause = Math.max(0, lines.size() - CAUSE_LINES);
        for (int i = lines.size() - 1; i >= 0; i--) {
            cause = CAUSE.matcher(lines.get(i)).find() ? i : cause;
        }
        lines.stream()
                .skip(cause)
                .limit(CAUSE_LINES)
                .takeWhile(line -> !INPUT_BYTES.matcher(line).find())
                .forEach(line -> System.out.println("    " + line));
        last(lines, INPUT).forEach(input -> System.out.println("    reproducer: " + Path.of(input).toAbsolutePath()));
        return false;
    }

    /// The groups of the last match; none without one.
    private static List<String> last(List<String> lines, Pattern pattern) {
        for (var line : lines.reversed()) {
            var matcher = pattern.matcher(line);
            if (matcher.find()) {
                var groups = new ArrayList<String>();
                for (int i = 1; i <= matcher.groupCount(); i++) {
                    groups.add(matcher.group(i));
                }
                return groups;
            }
        }
        return List.of();
    }
}
