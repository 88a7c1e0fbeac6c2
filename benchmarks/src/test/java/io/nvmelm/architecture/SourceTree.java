package io.nvmelm.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The sources of the library modules: `nvme-lm-…/src/main/java` in a folder.
///
/// @param root the folder that the modules are in
record SourceTree(Path root) {
    private static final Pattern PACKAGE = Pattern.compile("(?m)^package ([\\w.]+);");
    private static final Pattern IMPORT = Pattern.compile("(?m)^import (?:static )?([a-z\\d.]+)\\.[A-Z]");
    private static final String DESCRIPTION = "package-info.java";

    /// {@return the packages that have at least one class}
    Set<String> packages() {
        return files().stream()
                .filter(file -> !file.toString().endsWith("-info.java"))
                .map(file -> packageOf(read(file)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /// {@return the packages with a class and without a text of their own in `package-info.java`}
    Set<String> packagesWithoutDescription() {
        var missing = packages();
        files().stream()
                .filter(file -> file.endsWith(DESCRIPTION))
                .map(SourceTree::read)
                .filter(text -> text.startsWith("///"))
                .map(SourceTree::packageOf)
                .forEach(missing::remove);
        return missing;
    }

    /// {@return the files that have more lines}
    List<String> filesLongerThan(int lines) {
        return files().stream()
                .filter(file -> read(file).lines().count() > lines)
                .map(this::name)
                .toList();
    }

    /// {@return each import from a room that the file's own room may not use, as file and package}
    List<String> forbiddenImports() {
        return files().stream()
                .filter(file -> !file.endsWith("module-info.java"))
                .flatMap(this::forbiddenImports)
                .toList();
    }

    private Stream<String> forbiddenImports(Path file) {
        var text = read(file);
        var room = Room.ofPackage(packageOf(text));
        Predicate<String> forbidden = imported -> Room.ofPackage(imported)
                .filter(other -> room.isEmpty() || !room.get().mayUse(other))
                .isPresent();
        return IMPORT.matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .filter(forbidden)
                .map(imported -> name(file) + " imports " + imported);
    }

    private List<Path> files() {
        try (var children = Files.list(root)) {
            return children.filter(module -> module.getFileName().toString().startsWith("nvme-lm-"))
                    .map(module -> module.resolve("src", "main", "java"))
                    .filter(Files::isDirectory)
                    .flatMap(SourceTree::javaFilesIn)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> javaFilesIn(Path folder) {
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String packageOf(String text) {
        return PACKAGE.matcher(text)
                .results()
                .map(match -> match.group(1))
                .findFirst()
                .orElse("");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String name(Path file) {
        return root.relativize(file).toString();
    }
}
