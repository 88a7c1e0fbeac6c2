package io.nvmelm.rules;

import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The compiled test classes of this module, and what they say that they prove.
final class TestClasses {
    private final Path root;
    private final List<RuleCoverage.Proof> proofs = new ArrayList<>();
    private final Set<String> misplaced = new TreeSet<>();

    private final RunnableTests runnable = new RunnableTests(RunnableTests::isCondition);

    private TestClasses(Path root) {
        this.root = root;
    }

    /// {@return the classes beside this one, all of them read}
    static TestClasses scan() throws IOException, URISyntaxException, ClassNotFoundException {
        var ownName = TestClasses.class.getName().replace('.', '/') + ".class";
        URI own = TestClasses.class.getResource("/" + ownName).toURI();
        var root = Path.of(own);
        for (int depth = ownName.split("/").length; depth > 0; depth--) {
            root = root.getParent();
        }
        var found = new TestClasses(root);
        try (var files = Files.walk(root.resolve("io/nvmelm"))) {
            for (var file : files.filter(f -> f.toString().endsWith(".class")).sorted().toList()) {
                found.read(file);
            }
        }
        return found;
    }

    List<RuleCoverage.Proof> proofs() {
        return proofs;
    }

    /// {@return annotations at what never runs as a test, a sentence each}
    Set<String> misplaced() {
        return misplaced;
    }

    /// {@return the folder that the build writes into}
    Path target() {
        var parent = root.getParent();
        if (parent != null && parent.endsWith("target")) {
            return parent;
        }
        var module = Path.of("").toAbsolutePath();
        return Files.isDirectory(module.resolve("src/test/resources/io/nvmelm/rules"))
                ? module.resolve("target")
                : root;
    }

    private void read(Path file) throws ClassNotFoundException {
        var relative = root.relativize(file).toString();
        var name = relative.substring(0, relative.length() - ".class".length()).replace(file.getFileSystem()
                .getSeparator(), ".");
        if (!name.endsWith("package-info")) {
            read(Class.forName(name, false, TestClasses.class.getClassLoader()));
        }
    }

    private void read(Class<?> type) {
        var whyNotHere = runnable.whyNot(type);
        add(type, simpleName(type), whyNotHere == null && !hasTests(type) ? "the class has no tests" : whyNotHere);
        for (var method : type.getDeclaredMethods()) {
            var why = runnable.whyNot(method);
            add(method, simpleName(type) + "." + method.getName(), why != null ? why : whyNotHere);
        }
    }

    private void add(AnnotatedElement element, String test, @Nullable String whyNot) {
        var claim = element.getDeclaredAnnotation(Proves.class);
        if (claim == null) {
            return;
        }
        if (whyNot != null) {
            misplaced.add(test + " is annotated and is no test that runs: " + whyNot);
        }
        for (var rule : claim.both()) {
            proofs.add(new RuleCoverage.Proof(rule, true, test));
            proofs.add(new RuleCoverage.Proof(rule, false, test));
        }
        for (var rule : claim.device()) {
            proofs.add(new RuleCoverage.Proof(rule, true, test));
        }
        for (var rule : claim.host()) {
            proofs.add(new RuleCoverage.Proof(rule, false, test));
        }
    }

    private boolean hasTests(Class<?> type) {
        for (Class<?> t = type; t != null; t = t.getSuperclass()) {
            for (var method : t.getDeclaredMethods()) {
                if (runnable.whyNot(method) == null) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String simpleName(Class<?> type) {
        return type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
    }
}
