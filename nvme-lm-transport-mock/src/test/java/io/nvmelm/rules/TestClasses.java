package io.nvmelm.rules;

import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Disabled;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/// The compiled test classes of this module, and what they say that they prove.
final class TestClasses {
    private final Path root;
    private final List<RuleCoverage.Proof> proofs = new ArrayList<>();
    private final Set<String> misplaced = new TreeSet<>();

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
        if (name.endsWith("package-info")) {
            return;
        }
        var type = Class.forName(name, false, TestClasses.class.getClassLoader());
        add(type, simpleName(type), runs(type));
        for (var method : type.getDeclaredMethods()) {
            add(method, simpleName(type) + "." + method.getName(), isTest(method) && isConcrete(type));
        }
    }

    private void add(AnnotatedElement element, String test, boolean runs) {
        var claim = element.getDeclaredAnnotation(Proves.class);
        if (claim == null) {
            return;
        }
        if (!runs) {
            misplaced.add(test + " is annotated and is no test that runs");
        }
        for (var rule : claim.device()) {
            proofs.add(new RuleCoverage.Proof(rule, true, test));
        }
        for (var rule : claim.host()) {
            proofs.add(new RuleCoverage.Proof(rule, false, test));
        }
    }

    private static boolean runs(Class<?> type) {
        if (!isConcrete(type)) {
            return false;
        }
        for (Class<?> t = type; t != null; t = t.getSuperclass()) {
            for (var method : t.getDeclaredMethods()) {
                if (isTest(method)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean isConcrete(Class<?> type) {
        return !Modifier.isAbstract(type.getModifiers()) && !AnnotationSupport.isAnnotated(type, Disabled.class);
    }

    private static boolean isTest(Method method) {
        return AnnotationSupport.isAnnotated(method, Testable.class)
                && !AnnotationSupport.isAnnotated(method, Disabled.class);
    }

    private static String simpleName(Class<?> type) {
        return type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
    }
}
